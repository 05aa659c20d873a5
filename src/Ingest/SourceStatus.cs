namespace Linr.Ingest;

/// <summary>What is known of a source at one moment.</summary>
public sealed record SourceStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How it stands.</summary>
    public required SourceState State { get; init; }

    /// <summary>Why it waits or has stopped; null where nothing is wrong.</summary>
    public string? Error { get; init; }

    /// <summary>Where it goes on, as it is on the disk; null before the first batch.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>
    /// The time between the commit of the newest change that can be seen and now; null where the source told no time
    /// yet. It grows while nothing changes: <see cref="Lag"/> says whether there is anything left.
    /// </summary>
    public TimeSpan? Freshness { get; init; }

    /// <summary>
    /// How much the source has that was not read yet, in <see cref="LagUnit"/>; null where it is not known.
    /// </summary>
    public long? Lag { get; init; }

    /// <summary>What the lag counts: bytes, or messages.</summary>
    public string? LagUnit { get; init; }

    /// <summary>Changes that had an effect.</summary>
    public long Applied { get; init; }

    /// <summary>
    /// Changes that had none: one with an equal or higher version had come before, or there was no item to delete.
    /// </summary>
    public long Stale { get; init; }

    /// <summary>Records that went to the dead letters.</summary>
    public long Poison { get; init; }

    /// <summary>How often it had to be opened again.</summary>
    public long Reconnects { get; init; }

    /// <summary>Changes that were read and wait to be made.</summary>
    public long Queued { get; init; }

    /// <summary>What should be known and is no error, the latest last.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
