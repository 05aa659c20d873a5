namespace Linr.Formats;

/// <summary>
/// How the numbers of a time column are meant. Text is always read as ISO 8601, UTC where it names no zone.
/// </summary>
public enum TimeUnit
{
    /// <summary>
    /// By size, each number on its own: below 10^11 seconds, below 10^14 milliseconds, else microseconds since
    /// 1970-01-01 UTC. Right for every moment from April 1973 on.
    /// </summary>
    Auto,

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    Seconds,

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    Milliseconds,

    /// <summary>Microseconds since 1970-01-01 UTC.</summary>
    Microseconds,
}
