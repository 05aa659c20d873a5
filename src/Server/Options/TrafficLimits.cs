namespace Linr.Server.Options;

/// <summary>What callers may ask for together, and each of them alone. 0 is no limit.</summary>
public sealed record TrafficLimits
{
    /// <summary>Requests that run at once.</summary>
    public int ConcurrentMax { get; init; } = 4_096;

    /// <summary>Requests of one caller that run at once.</summary>
    public int ConcurrentPerCallerMax { get; init; } = 1_024;

    /// <summary>Requests of one caller in a second, over time.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>Requests that a caller may make at once before that rate holds; 0: those of a second.</summary>
    public int RequestBurst { get; init; }

    /// <summary>Bytes of the bodies of all requests that run; a stream counts for one body at most.</summary>
    public long BodyBytesInFlightMax { get; init; } = 1L << 30;

    /// <summary>Connections that are open.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Bytes of a request's headers.</summary>
    public int HeaderBytesMax { get; init; } = 32 * 1024;

    /// <summary>How long a request's headers may take to arrive.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may be idle.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
