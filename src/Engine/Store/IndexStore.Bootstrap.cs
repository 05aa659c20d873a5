using Linr.Engine.Live;
using Linr.ModelFile;

namespace Linr.Engine.Store;

/// <content>Opening: the newest snapshot that is whole, and the log behind it.</content>
public sealed partial class IndexStore
{
    private (Retriever Retriever, StoreOpening Opening) Bootstrap(IProgress<StoreProgress>? progress)
    {
        progress?.Report(new StoreProgress(StoreStage.Log, 1, 1));
        _snapshots.DeleteUnfinished();
        IReadOnlyList<SnapshotName> names = _snapshots.List();
        if (names.Count == 0)
        {
            throw new StoreException($"{_files.Path}: expected a snapshot; found none.");
        }

        var damaged = new List<DamagedSnapshot>();
        for (int i = names.Count - 1; i >= 0; i--)
        {
            ThrowUnlessReached(names[i], damaged);
            progress?.Report(new StoreProgress(StoreStage.Snapshot, damaged.Count, names.Count));
            if (TryOpen(names[i], damaged, progress) is { } retriever)
            {
                damaged.ForEach(one => _snapshots.SetAside(Path.GetFileName(one.Path)));
                return (retriever, new StoreOpening(
                    _snapshots.Describe(names[i]), damaged, _log.Opened, _log.EndOffset - names[i].Offset));
            }
        }

        throw new StoreException(
            $"{_files.Path}: expected a snapshot that is whole; found {damaged.Count}, all damaged: "
            + string.Join(" ", damaged.Select(one => one.Error.Message)),
            damaged[0].Error);
    }

    // A log that ends before a snapshot has lost its end, or is another one's.
    private void ThrowUnlessReached(SnapshotName name, List<DamagedSnapshot> damaged)
    {
        if (name.Offset < _log.FirstOffset || name.Offset > _log.EndOffset)
        {
            string after = damaged.Count == 0 ? string.Empty
                : $" Newer snapshots are damaged: {string.Join(" ", damaged.Select(one => one.Error.Message))}";
            throw new StoreException(
                $"{_snapshots.PathOf(name)}: expected a log with offset {name.Offset}, where the snapshot was made; "
                + $"found one of {_log.FirstOffset} to {_log.EndOffset}.{after}");
        }
    }

    private Retriever? TryOpen(SnapshotName name, List<DamagedSnapshot> damaged, IProgress<StoreProgress>? progress)
    {
        try
        {
            return OpenSnapshot(name, progress);
        }
        catch (ModelFormatException error)
        {
            damaged.Add(new DamagedSnapshot(_snapshots.PathOf(name), error));
            return null;
        }
        catch (ArgumentException error) when (damaged.Count > 0)
        {
            // The snapshot before a damaged one of a push: the log does not have what was pushed.
            throw new StoreException(
                $"{_snapshots.PathOf(name)}: {error.Message} The newer snapshots are damaged: "
                + string.Join(" ", damaged.Select(one => one.Error.Message)),
                error);
        }
    }

    private Retriever OpenSnapshot(SnapshotName name, IProgress<StoreProgress>? progress)
    {
        RetrieverOptions options = _options.Retriever with
        {
            // Nothing is served before that.
            VerifyThreads = _options.VerifiesRows ? Environment.ProcessorCount : 1,
            Live = new LiveOptions
            {
                Capacity = _options.Capacity,
                Log = _log,
                Replayed = (next, end) => progress?.Report(
                    new StoreProgress(StoreStage.Replay, next - name.Offset, end - name.Offset)),
            },
        };
        var retriever = Engine.Retriever.Open(_snapshots.PathOf(name), options);
        try
        {
            if (_options.VerifiesRows)
            {
                retriever.Model!.Verification.GetAwaiter().GetResult();
            }

            return retriever;
        }
        catch
        {
            retriever.Dispose();
            throw;
        }
    }
}
