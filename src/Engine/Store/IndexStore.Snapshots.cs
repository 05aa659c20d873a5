using Linr.Engine.Live;
using Linr.Index.Live;

namespace Linr.Engine.Store;

/// <content>Snapshots, how many are kept, and going on with the newest of them.</content>
public sealed partial class IndexStore
{
    /// <summary>
    /// Writes a snapshot of the items as they are now, while requests are answered and items change. Then the oldest
    /// ones beyond <see cref="StoreOptions.SnapshotsKept"/> are removed, and the log before the oldest that is left.
    /// Where no change came since the last one, that is it.
    /// </summary>
    /// <param name="cancellation">Looked at between items.</param>
    /// <exception cref="IOException">It cannot be written; the store is as before, and goes on.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public StoreSnapshot Snapshot(CancellationToken cancellation = default)
    {
        lock (_maintaining)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            SnapshotName name = WriteSnapshot(cancellation);
            Retain();
            return _snapshots.Describe(name);
        }
    }

    /// <summary>
    /// Writes a snapshot and goes on with its file: rows, texts and keywords that items left behind are given back.
    /// Requests and changes go on meanwhile; changes wait while the last of them are taken over.
    /// </summary>
    /// <inheritdoc cref="Snapshot"/>
    public StoreSnapshot Compact(CancellationToken cancellation = default)
    {
        lock (_maintaining)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            SnapshotName name = WriteSnapshot(cancellation);
            GoOnWith(name, isPush: false);
            Retain();
            return _snapshots.Describe(name);
        }
    }

    private SnapshotName WriteSnapshot(CancellationToken cancellation)
    {
        Retriever retriever = _served.Retriever;
        (TableView view, SavedState state) = retriever.Live.Take();
        using (view)
        {
            var name = new SnapshotName(state.Offset!.Value, state.Push.Number);
            if (!_snapshots.List().Contains(name))
            {
                retriever.Write(view, state, contents => _snapshots.Write(name, contents), cancellation);
            }

            NoteSnapshot(name.Offset);

            // What the disk had refused may have gone into the log just now.
            WakeFollowers();
            return name;
        }
    }

    // The store's retriever changes only here and, when it is opened, in the constructor.
    private void GoOnWith(SnapshotName name, bool isPush)
    {
        var next = new ServedRetriever(OpenSnapshot(name, progress: null));
        ServedRetriever last = _served;
        try
        {
            last.Retriever.Live.HandOver(next.Retriever.Live, isPush);
        }
        catch
        {
            next.Leave();
            throw;
        }

        Volatile.Write(ref _served, next);
        last.Leave();
    }

    // The oldest first, each for good before the next, and the log after them: a crash leaves what still goes together.
    // One that the system keeps while it is mapped goes with a later snapshot.
    private void Retain()
    {
        IReadOnlyList<SnapshotName> names = _snapshots.List();
        int surplus = Math.Max(names.Count - _options.SnapshotsKept, 0);
        int gone = 0;
        while (gone < surplus && _snapshots.TryDelete(names[gone]))
        {
            gone++;
        }

        DropLogBefore(names[gone].Offset);
    }
}
