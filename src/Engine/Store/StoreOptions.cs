using System.Globalization;
using Linr.Index.Log;

namespace Linr.Engine.Store;

/// <summary>How an <see cref="IndexStore"/> is kept and served.</summary>
public sealed record StoreOptions
{
    /// <summary>
    /// How its retriever runs; <see cref="RetrieverOptions.Live"/> is the store's own matter and stays null.
    /// </summary>
    public RetrieverOptions Retriever { get; init; } = new();

    /// <summary>Items to have room for from the start, before the table grows; 0 for those of the snapshot.</summary>
    public long Capacity { get; init; }

    /// <summary>How its log is kept.</summary>
    public ChangeLogOptions Log { get; init; } = new();

    /// <summary>
    /// Whether all of a snapshot is read and compared with its checksums before it is used, so that a damaged one is
    /// never served; else embedding rows are compared while it serves.
    /// </summary>
    public bool VerifiesRows { get; init; } = true;

    /// <summary>Snapshots kept, 1 or more; the log is kept from the oldest of them on.</summary>
    public int SnapshotsKept { get; init; } = 2;

    /// <summary>A snapshot is made in the background after so many changes; null: not for their number.</summary>
    public long? SnapshotEveryChanges { get; init; } = 1_000_000;

    /// <summary>A snapshot is made in the background after so many bytes of log; null: not for their number.</summary>
    public long? SnapshotEveryLogBytes { get; init; } = 1L << 30;

    /// <summary>
    /// A snapshot is made in the background when the last one is older than this and items have changed since; null:
    /// not for its age.
    /// </summary>
    public TimeSpan? SnapshotEvery { get; init; }

    /// <summary>
    /// After a background snapshot the store goes on with that file, if rows that had an item and have none now are
    /// more than this share of the items: what items left behind, in rows, texts and dictionaries, is given back
    /// then. Null: never.
    /// </summary>
    public double? CompactAt { get; init; } = 1;

    /// <summary>Tells when a background snapshot is due.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>All that is wrong with these options, each problem naming its option, what was expected and found.</summary>
    public IEnumerable<string> FindProblems()
    {
        foreach (string problem in Retriever.FindProblems())
        {
            yield return "Retriever." + problem;
        }

        if (Retriever.Live is not null)
        {
            yield return "Retriever.Live: expected null; found options: a store has its own.";
        }

        if (Capacity is < 0 or > Limits.RowsMax)
        {
            yield return $"Capacity: expected 0 to {Limits.RowsMax}; found {Capacity}.";
        }

        if (SnapshotsKept < 1)
        {
            yield return $"SnapshotsKept: expected 1 or more; found {SnapshotsKept}.";
        }

        if (SnapshotEveryChanges < 1)
        {
            yield return $"SnapshotEveryChanges: expected 1 or more; found {SnapshotEveryChanges}.";
        }

        if (SnapshotEveryLogBytes < 1)
        {
            yield return $"SnapshotEveryLogBytes: expected 1 or more; found {SnapshotEveryLogBytes}.";
        }

        if (SnapshotEvery <= TimeSpan.Zero)
        {
            yield return $"SnapshotEvery: expected more than 0; found {SnapshotEvery}.";
        }

        if (CompactAt is not (null or >= 0))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"CompactAt: expected 0 or more; found {CompactAt}.");
        }
    }

    internal void ThrowIfWrong()
    {
        ArgumentNullException.ThrowIfNull(Retriever);
        ArgumentNullException.ThrowIfNull(Log);
        ArgumentNullException.ThrowIfNull(Time);
        string[] problems = [.. FindProblems()];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems));
        }
    }
}
