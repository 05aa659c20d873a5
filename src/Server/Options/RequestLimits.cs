namespace Linr.Server.Options;

/// <summary>What one request may ask for.</summary>
public sealed record RequestLimits
{
    /// <summary>Bytes of a request's body.</summary>
    public long BodyBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Hits of a search that is answered by one message.</summary>
    public int KMax { get; init; } = 100_000;

    /// <summary>Hits of a streamed search.</summary>
    public int StreamedKMax { get; init; } = 50_000_000;

    /// <summary>Searches of a batch.</summary>
    public int BatchMax { get; init; } = 256;

    /// <summary>Hits of all searches of a batch.</summary>
    public int BatchHitsMax { get; init; } = 1_000_000;

    /// <summary>Changes of a set.</summary>
    public int ChangesMax { get; init; } = 10_000;

    /// <summary>Ids of a history, of a list of items, or of a get.</summary>
    public int IdsMax { get; init; } = 10_000;

    /// <summary>Ids or values of one filter, its parameters included.</summary>
    public int FilterValuesMax { get; init; } = 200_000;

    /// <summary>Depth of a filter's tree.</summary>
    public int FilterDepthMax { get; init; } = 32;

    /// <summary>Clauses and operators of a filter.</summary>
    public int FilterNodesMax { get; init; } = 1_024;

    /// <summary>Items of a page of a scroll.</summary>
    public int PageMax { get; init; } = 1_000;

    /// <summary>How long a search may wait for its scan where it does not say so.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a call may take as a whole, from its first byte; 0: any time. Streams and what administrators ask for
    /// have no such limit.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
