namespace Linr;

/// <summary>The time that a stage of a search took.</summary>
/// <param name="Name">
/// embed, queue (under a batcher), filter, scan (all that finds candidates, by whatever similarity and in however many
/// passes), rank, diversify or fetch.
/// </param>
/// <param name="Microseconds">
/// How long it took, others of the same batch included: the times add up to that of the answer.
/// </param>
public readonly record struct StageTime(string Name, double Microseconds);
