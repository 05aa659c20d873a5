using Linr.Engine.Live;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine.Store;

/// <summary>
/// Reads all of a store and compares it with its checksums. It changes nothing, and the store may be open.
/// </summary>
public static class StoreVerify
{
    /// <summary>
    /// Checks every byte of the snapshots and of the log, every record, and that the two go together.
    /// </summary>
    /// <param name="folder">The store.</param>
    /// <param name="progress">Told after every 16 MiB of snapshots, of all their bytes.</param>
    /// <param name="cancellation">Looked at between them.</param>
    /// <exception cref="StoreException">There is no store.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static StoreCheck Run(
        string folder, IProgress<VerifyProgress>? progress = null, CancellationToken cancellation = default)
    {
        var snapshots = new SnapshotFolder(StoreFiles.Open(folder).Snapshots);
        StoreSnapshot[] found = [.. snapshots.List().Select(snapshots.Describe)];
        var faults = new List<StoreFault>();
        long done = 0;
        long total = found.Sum(snapshot => snapshot.Bytes);
        foreach (StoreSnapshot snapshot in found)
        {
            long before = done;
            var bytes = new Relay(one => progress?.Report(one with
            {
                BytesDone = Math.Min(before + one.BytesDone, total), BytesTotal = total,
            }));
            if (FindFault(snapshot, bytes, cancellation) is { } fault)
            {
                faults.Add(fault);
            }

            done += snapshot.Bytes;
        }

        LogSummary? log = CheckLog(StoreFiles.LogOf(folder), faults);
        if (found.Length == 0)
        {
            faults.Add(new StoreFault(StoreFiles.SnapshotsOf(folder), "Expected a snapshot; found none."));
        }

        faults.AddRange(found
            .Where(snapshot => snapshot.Offset < log?.FirstOffset || snapshot.Offset > log?.EndOffset)
            .Select(snapshot => new StoreFault(
                snapshot.Path,
                $"Expected a log with offset {snapshot.Offset}, where the snapshot was made; found one of "
                + $"{log!.FirstOffset} to {log.EndOffset}.")));
        return new StoreCheck(found, log, faults);
    }

    private static StoreFault? FindFault(
        StoreSnapshot snapshot, IProgress<VerifyProgress> progress, CancellationToken cancellation)
    {
        try
        {
            using LoadedModel model = ModelReader.Open(snapshot.Path, verifyRows: false);
            model.Verify(progress, cancellation);
            return null;
        }
        catch (ModelFormatException error)
        {
            return new StoreFault(snapshot.Path, error.Message);
        }
    }

    private static LogSummary? CheckLog(string folder, List<StoreFault> faults)
    {
        LogSummary summary;
        try
        {
            summary = ChangeLog.Verify(folder);
        }
        catch (ChangeLogException error)
        {
            faults.Add(new StoreFault(error.Path, error.Message));
            return null;
        }

        foreach (LogRecord record in ChangeLog.Read(folder, summary.FirstOffset))
        {
            try
            {
                CheckRecord(record.Bytes.Span);
            }
            catch (ChangeFormatException error)
            {
                faults.Add(new StoreFault(folder, $"Record {record.Offset}: {error.Message}"));
            }
        }

        return summary;
    }

    private static void CheckRecord(ReadOnlySpan<byte> record)
    {
        if (PushMark.IsOne(record))
        {
            PushMark.Read(record);
        }
        else if (PositionCodec.IsOne(record))
        {
            PositionCodec.Read(record);
        }
        else
        {
            ChangeCodec.Read(record);
        }
    }

    // Progress<T> reports on another thread and late.
    private sealed class Relay(Action<VerifyProgress> report) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => report(value);
    }
}
