namespace Linr.Bench.Device;

/// <summary>What the engine's own API gave: query vectors in, hits on the host.</summary>
/// <param name="Callers">Callers that search again as soon as they have their hits; 1: one after the other.</param>
/// <param name="ConcurrentBatches">Batches that may run at once.</param>
/// <param name="QueriesPerSecond">Searches answered in a second.</param>
/// <param name="MedianMs">What a caller waits, median.</param>
/// <param name="P95Ms">The slowest 5 % wait longer.</param>
/// <param name="MeanBatch">Queries of a batch, on average.</param>
internal sealed record EngineFigure(
    int Callers, int ConcurrentBatches, double QueriesPerSecond, double MedianMs, double P95Ms, double MeanBatch);
