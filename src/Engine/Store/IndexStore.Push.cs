using Linr.Engine.Live;
using Linr.Index.Live;
using Linr.Index.Log;
using Linr.ModelFile;

namespace Linr.Engine.Store;

/// <content>Batch pushes: another model, or a whole catalogue of items.</content>
public sealed partial class IndexStore
{
    private const int PushedAtOnce = 1_000;

    /// <summary>
    /// Puts a model in place of the one that the store has, in one step for all readers: its towers, its schema, and,
    /// as the options say, its items. Items that stay are embedded anew from their kept features. Requests are
    /// answered and items change meanwhile; the changes that came since it began are made again for the new model
    /// before it takes over. Positions of sources stay.
    /// </summary>
    /// <param name="model">The model file.</param>
    /// <param name="options">Which items, and how they stand to those that there are.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <returns>The snapshot that the push made.</returns>
    /// <exception cref="ModelFormatException">The file is no model, or is damaged; the store is as before.</exception>
    /// <exception cref="ArgumentException">Its ids are of another kind than the store's.</exception>
    /// <exception cref="ItemException">Items of the store do not fit the model; the store is as before.</exception>
    /// <exception cref="IOException">The disk failed; the store is as before.</exception>
    /// <exception cref="LogWriteException">
    /// The disk failed; where the log is stopped, nobody knows whether it has the push: opening the store tells.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public StoreSnapshot Push(string model, PushOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        lock (_maintaining)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            SnapshotName name = WritePush(model, options ?? new PushOptions(), cancellation);
            try
            {
                // A stopped log may have the mark none the less: then its snapshot has to be there.
                GoOnWith(name, isPush: true);
            }
            catch (Exception error) when (error is not LogWriteException { IsStopped: true })
            {
                _snapshots.Delete(name);
                throw;
            }

            NoteSnapshot(name.Offset);
            Retain();
            WakeFollowers();
            return _snapshots.Describe(name);
        }
    }

    /// <summary>
    /// Puts a whole catalogue in place of the items that there are: its items as upserts, and deletes of those that it
    /// lacks, in sets, through the log. With a version nothing that is as new or newer is touched. Where it fails
    /// part of it was made; pushed again, it goes on.
    /// </summary>
    /// <param name="items">The items, each once.</param>
    /// <param name="version">The version of all these changes; null: they follow all that came before.</param>
    /// <param name="cancellation">Looked at between sets.</param>
    /// <returns>What was done.</returns>
    /// <inheritdoc cref="ApplyAsync(IReadOnlyList{ItemChange})" path="/exception"/>
    public async Task<ChangeResult> PushAsync(
        IEnumerable<Item> items, long? version = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        using StoreLease lease = Lease();
        using TableView before = lease.Retriever.Live.Table.Read();
        var pushed = new HashSet<ItemId>();
        ChangeResult all = new() { Offset = lease.Retriever.Offset };
        foreach (Item[] set in items.Chunk(PushedAtOnce))
        {
            await ApplyAsync(Array.ConvertAll(set, item => ItemChange.Upsert(item, version))).ConfigureAwait(false);
            pushed.UnionWith(set.Select(item => item.Id));
        }

        IEnumerable<ItemId> left = before.LiveRows().Select(before.Table.Ids.Read).Where(id => !pushed.Contains(id));
        foreach (ItemId[] set in left.Chunk(PushedAtOnce))
        {
            await ApplyAsync(Array.ConvertAll(set, id => ItemChange.Delete(id, version))).ConfigureAwait(false);
        }

        return all;

        async Task ApplyAsync(ItemChange[] changes)
        {
            cancellation.ThrowIfCancellationRequested();
            ChangeResult one = await ApplyChangesAsync(changes, [], isFit: true).ConfigureAwait(false);
            all = new ChangeResult(
                one.Version,
                all.Upserted + one.Upserted,
                all.Updated + one.Updated,
                all.Deleted + one.Deleted,
                all.Stale + one.Stale,
                all.Missing + one.Missing)
            {
                Offset = one.Offset,
            };
        }
    }

    private SnapshotName WritePush(string model, PushOptions options, CancellationToken cancellation)
    {
        using Retriever pushed = OpenMaker(model, _options, Schema.IdKind);
        (TableView view, SavedState state) = _served.Retriever.Live.Take();
        using (view)
        {
            new PushBuild(pushed, view, state, options).Run(made: null, cancellation);
        }

        (TableView items, SavedState made) = pushed.Live.Take();
        using (items)
        {
            var point = new PushPoint(
                state.Push.Number + 1, state.Offset!.Value, options.Items == PushItems.OfStore);
            var name = new SnapshotName(point.Offset, point.Number);
            SavedState saved = made with { Offset = point.Offset, Positions = state.Positions, Push = point };
            pushed.Write(items, saved, contents => _snapshots.Write(name, contents), cancellation);
            return name;
        }
    }

    // A model that is to make the items of a store anew; on the processor, since it makes them and no more.
    private static Retriever OpenMaker(string model, StoreOptions options, IdKind idKind)
    {
        Retriever maker = Engine.Retriever.Open(model, options.Retriever with
        {
            Device = EngineDevice.Cpu, QueryTower = null, Similarities = [], Live = new LiveOptions(),
        });
        try
        {
            maker.Model!.Verification.GetAwaiter().GetResult();
            return maker.Schema.IdKind == idKind ? maker : throw new ArgumentException(
                $"Expected a model with ids of kind {idKind}; found {maker.Schema.IdKind}.", nameof(model));
        }
        catch
        {
            maker.Dispose();
            throw;
        }
    }
}
