namespace Linr.Ingest;

/// <summary>How an <see cref="Ingestor"/> works.</summary>
public sealed record IngestorOptions
{
    /// <summary>What is done about records that no change can be made of.</summary>
    public PoisonPolicy Poison { get; init; } = PoisonPolicy.Stop;

    /// <summary>The file that dead letters are added to, a JSON object a line; needed where they are wanted.</summary>
    public string? DeadLetterPath { get; init; }

    /// <summary>
    /// Changes that are made at once at most, where batches of a source wait; more in one batch are made at once too.
    /// </summary>
    public int GroupChangesMax { get; init; } = 1_024;

    /// <summary>Bytes of changes that are made at once at most, in the same way.</summary>
    public long GroupBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Batches of a source that may wait to be made, and as many may wait for the disk; the source is not read further
    /// meanwhile.
    /// </summary>
    public int QueuedBatchesMax { get; init; } = 16;

    /// <summary>The time before a source that could not be reached is tried again; it doubles each time.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest that <see cref="RetryDelay"/> becomes.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
