using Linr.Engine.Live;
using Linr.Index.Live;

namespace Linr.Engine.Store;

/// <summary>
/// Brings a pushed model to the items that a store has after the push: those of the store; or those that there would
/// be if the model's items had come as upserts and all others as deletes. What comes from the store the model embeds
/// anew.
/// </summary>
/// <param name="pushed">The pushed model, open without a log; nobody else uses it.</param>
/// <param name="store">The store's items.</param>
/// <param name="state">The versions of what the store had.</param>
/// <param name="options">How it is pushed.</param>
internal sealed class PushBuild(Retriever pushed, TableView store, SavedState state, PushOptions options)
{
    private const int ChangesAtOnce = 1_000;

    private readonly LiveTable _table = pushed.Live.Table;
    private readonly ItemFit _fit = pushed.Live.Fit;
    private readonly List<ItemChange> _changes = [];
    private readonly List<ItemChange> _versions = [];

    /// <summary>Makes all changes.</summary>
    /// <param name="made">Told after every set how many of the store's items were made; or null.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <exception cref="ItemException">Items of the store do not fit the model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(Action<long>? made, CancellationToken cancellation)
    {
        long done = 0;
        using TableView view = _table.Read();
        Dictionary<ItemId, long?> gone = _table.Gone().ToDictionary(one => one.Id, one => one.Version);
        bool isOfStore = options.Items == PushItems.OfStore;
        foreach (uint row in store.LiveRows())
        {
            cancellation.ThrowIfCancellationRequested();
            ItemId id = store.Table.Ids.Read(row);
            long? version = store.VersionOf(row);
            bool isThere = view.TryFind(id, out uint other);
            long? pushedVersion = (isThere ? view.VersionOf(other) : gone.GetValueOrDefault(id)) ?? options.Version;
            if (isOfStore || pushedVersion <= version)
            {
                Add(ItemChange.Upsert(_fit.Of(store.Table.ReadItem(row))), version);
            }
            else
            {
                Note(id, pushedVersion ?? version);
            }

            if (++done % ChangesAtOnce == 0)
            {
                made?.Invoke(done);
            }
        }

        Dictionary<ItemId, long?> goneOfStore = state.Gone.ToDictionary(one => one.Id, one => one.Version);
        foreach (uint row in view.LiveRows())
        {
            cancellation.ThrowIfCancellationRequested();
            ItemId id = view.Table.Ids.Read(row);
            if (store.TryFind(id, out _))
            {
                continue;
            }

            long? goneVersion = goneOfStore.GetValueOrDefault(id);
            long? version = view.VersionOf(row) ?? options.Version;
            if (isOfStore || version <= goneVersion)
            {
                Add(ItemChange.Delete(id), goneVersion);
            }
            else
            {
                Note(id, version ?? goneVersion);
            }
        }

        Flush();
        NoteGone(view, gone, goneOfStore, isOfStore);
    }

    // Items that neither has: the higher version stays; of the store alone where the items are its.
    private void NoteGone(
        TableView view, Dictionary<ItemId, long?> gone, Dictionary<ItemId, long?> goneOfStore, bool isOfStore)
    {
        foreach ((ItemId id, long? version) in goneOfStore)
        {
            if (!view.TryFind(id, out _))
            {
                long? other = isOfStore ? null : gone.GetValueOrDefault(id) ?? options.Version;
                Note(id, other > version ? other : version);
            }
        }

        if (isOfStore)
        {
            foreach (ItemId id in gone.Keys.Where(id => !goneOfStore.ContainsKey(id) && !store.TryFind(id, out _)))
            {
                Note(id, null);
            }
        }

        Flush();
    }

    private void Add(ItemChange change, long? version)
    {
        _changes.Add(change);
        Note(change.Id, version);
    }

    private void Note(ItemId id, long? version)
    {
        _versions.Add(ItemChange.Delete(id, version));
        if (_versions.Count >= ChangesAtOnce)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_changes.Count > 0)
        {
            pushed.Apply(_changes);
        }

        // Changes without a version leave those that there were; all are set here.
        _table.SetVersions(_versions);
        _changes.Clear();
        _versions.Clear();
    }
}
