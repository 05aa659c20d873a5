namespace Linr.Engine.Batching;

/// <summary>What a batcher has done since it was made.</summary>
/// <param name="Batches">Batches that were run.</param>
/// <param name="Scanned">Requests in them.</param>
/// <param name="Refused">Requests that found the queue full.</param>
/// <param name="Expired">Requests whose time was over before a scan began.</param>
/// <param name="Cancelled">Requests that were cancelled, waiting or running.</param>
/// <param name="Waiting">Requests that wait now.</param>
public readonly record struct BatchCounters(
    long Batches, long Scanned, long Refused, long Expired, long Cancelled, int Waiting);
