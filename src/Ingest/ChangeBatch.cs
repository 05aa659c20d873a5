namespace Linr.Ingest;

/// <summary>Changes that a source gives at once, and where it goes on after them.</summary>
public sealed record ChangeBatch
{
    /// <summary>The changes, in the order of the source.</summary>
    public IReadOnlyList<ItemChange> Changes { get; init; } = [];

    /// <summary>
    /// Where the source goes on once the batch is on the disk. Within something that the source has to give again
    /// whole, as a transaction, this is where that begins.
    /// </summary>
    public required SourcePosition Position { get; init; }

    /// <summary>About how many bytes the changes are; so many are made at once at most.</summary>
    public long Bytes { get; init; }

    /// <summary>The place of a change in the source, for reports; null says that of the batch.</summary>
    public Func<int, string>? PlaceOf { get; init; }

    /// <summary>What the source holds and no change can be made of.</summary>
    public IReadOnlyList<PoisonRecord> Poison { get; init; } = [];

    /// <summary>Items to delete before the changes are made, known by their ids alone; null for none.</summary>
    public ItemSweep? Sweep { get; init; }
}
