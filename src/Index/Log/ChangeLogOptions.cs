namespace Linr.Index.Log;

/// <summary>How a log is kept.</summary>
public sealed record ChangeLogOptions
{
    /// <summary>Bytes after which a new file is begun; old files are dropped whole.</summary>
    public long SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes of appended records that may wait for the disk; who comes then waits to append.</summary>
    public int PendingBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>The offset of the first record of a log that is made; one that is there goes on with its own.</summary>
    public long StartOffset { get; init; }

    /// <summary>Tells when a group is written.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal void ThrowIfWrong()
    {
        ArgumentNullException.ThrowIfNull(Time);
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PendingBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PendingBytesMax, Limits.LogUnitBytesMax);
        ArgumentOutOfRangeException.ThrowIfNegative(StartOffset);
    }
}
