using Linr.Engine.Live;
using Linr.Index.Live;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine.Store;

/// <summary>Makes a model file of a store as it was at some point. It only reads, and the store may be open.</summary>
public static class StoreRestore
{
    /// <summary>
    /// Takes the newest snapshot before the point that is whole, makes the changes of the log until the point again,
    /// and writes the model.
    /// </summary>
    /// <param name="folder">The store.</param>
    /// <param name="to">The point.</param>
    /// <param name="path">The model file to write.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <exception cref="StoreException">There is no store, or no snapshot that leads to the point.</exception>
    /// <exception cref="ChangeLogException">The log is damaged.</exception>
    /// <exception cref="IOException">The disk failed, or the store removed meanwhile what was being read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static StoreRestored Run(
        string folder, StorePoint to, string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentException.ThrowIfNullOrEmpty(path);
        StoreFiles files = StoreFiles.Open(folder);
        var snapshots = new SnapshotFolder(files.Snapshots);
        StoreHistory history = StoreHistory.Read(folder, to);
        IReadOnlyList<SnapshotName> all = snapshots.List();
        SnapshotName[] leading = [.. all.Where(name => LeadsTo(name, history, all)).Reverse()];
        var damaged = new List<DamagedSnapshot>();
        foreach (SnapshotName name in leading)
        {
            try
            {
                Write(folder, snapshots.PathOf(name), name.Offset, history.EndOffset, path, cancellation);
                return new StoreRestored(
                    path, snapshots.Describe(name), history.EndOffset, history.EndOffset - name.Offset, damaged);
            }
            catch (ModelFormatException error)
            {
                damaged.Add(new DamagedSnapshot(snapshots.PathOf(name), error));
            }
        }

        string found = all.Count == 0 ? "none"
            : $"{all.Count}, of offsets {all[0].Offset} to {all[^1].Offset}, and {damaged.Count} of them damaged";
        throw new StoreException(
            $"{folder}: expected a snapshot that leads to offset {history.EndOffset}; found {found}.",
            damaged.FirstOrDefault()?.Error);
    }

    // One of the push that the items of the point come from; the log before the oldest one may not tell which that was.
    private static bool LeadsTo(SnapshotName name, StoreHistory history, IReadOnlyList<SnapshotName> all)
        => history.IsKnown
            && name.Offset >= history.FirstOffset
            && name.Offset <= history.EndOffset
            && name.Push == (history.Push ?? all.Min(one => one.Push));

    private static void Write(
        string folder, string snapshot, long start, long end, string path, CancellationToken cancellation)
    {
        using var retriever = Retriever.Open(snapshot, new RetrieverOptions
        {
            Device = EngineDevice.Cpu, Live = new LiveOptions(),
        });
        retriever.Model!.Verification.GetAwaiter().GetResult();
        ChangingItems live = retriever.Live;
        live.ReplayFrom(
            ChangeLog.Read(StoreFiles.LogOf(folder), start).TakeWhile(record => record.Offset < end), end);
        if (live.LacksMark)
        {
            throw new StoreException(
                $"{folder}: expected a snapshot that leads to offset {end}; found {snapshot}, of push "
                + $"{live.Push.Number}, which the store took over later.");
        }

        (TableView view, SavedState state) = live.Take();
        using (view)
        {
            retriever.Write(view, state, contents => ModelWriter.Write(path, contents), cancellation);
        }
    }
}
