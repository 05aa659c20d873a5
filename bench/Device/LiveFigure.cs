namespace Linr.Bench.Device;

/// <summary>Searches of a table that changes.</summary>
/// <param name="Batch">Queries of a search.</param>
/// <param name="UpdatesWanted">Upserts a second that were to be made.</param>
/// <param name="Updates">Upserts a second that were made.</param>
/// <param name="SetSize">Upserts of a set.</param>
/// <param name="MedianMs">What a search takes, median.</param>
/// <param name="P95Ms">The slowest 5 % take longer.</param>
/// <param name="ApplyMedianMs">How long it takes until a set can be seen, median.</param>
/// <param name="ApplyP99Ms">The slowest 1 % take longer.</param>
internal sealed record LiveFigure(
    int Batch,
    int UpdatesWanted,
    double Updates,
    int SetSize,
    double MedianMs,
    double P95Ms,
    double? ApplyMedianMs,
    double? ApplyP99Ms);
