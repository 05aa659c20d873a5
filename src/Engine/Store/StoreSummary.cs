using Linr.Index.Log;

namespace Linr.Engine.Store;

/// <summary>What a store has.</summary>
/// <param name="Snapshots">Its snapshots, the oldest first.</param>
/// <param name="Log">Its log, and what opening would cut off the end.</param>
/// <param name="WrittenAt">
/// When the last record was written; null where there is none, or its file has no times.
/// </param>
public sealed record StoreSummary(
    IReadOnlyList<StoreSnapshot> Snapshots, LogSummary Log, DateTimeOffset? WrittenAt)
{
    /// <summary>Reads the log and the names of a store; it may be open.</summary>
    /// <exception cref="StoreException">There is no store.</exception>
    /// <exception cref="ChangeLogException">The log is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static StoreSummary Read(string folder)
    {
        var snapshots = new SnapshotFolder(StoreFiles.Open(folder).Snapshots);
        string logFolder = StoreFiles.LogOf(folder);
        LogSummary log = ChangeLog.Verify(logFolder);
        DateTimeOffset? last = null;
        if (log.EndOffset > log.FirstOffset)
        {
            foreach (LogRecord record in ChangeLog.Read(logFolder, log.EndOffset - 1))
            {
                last = record.WrittenAt;
            }
        }

        return new StoreSummary([.. snapshots.List().Select(snapshots.Describe)], log, last);
    }
}
