namespace Linr.Engine.Store;

/// <summary>Where a store is to be restored to.</summary>
public sealed record StorePoint
{
    private StorePoint(long? offset, DateTimeOffset? time) => (Offset, Time) = (offset, time);

    /// <summary>All that is in the store.</summary>
    public static StorePoint Latest { get; } = new(null, null);

    /// <summary>The offset of the first record of the log that is left out; null where a time is given.</summary>
    public long? Offset { get; }

    /// <summary>Records that were written later are left out; null where an offset is given.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>All records of the log before one.</summary>
    /// <param name="offset">The offset of the first that is left out, 0 or more.</param>
    public static StorePoint Before(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new StorePoint(offset, null);
    }

    /// <summary>All records of the log that were on the disk at a time.</summary>
    public static StorePoint At(DateTimeOffset time) => new(null, time);
}
