using Linr.Engine.Store;
using Linr.Filters;
using Linr.Tests.Engine.Filters;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>What a store should have: plain dictionaries, and the law of versions in a few lines.</summary>
internal sealed class StoreTwin
{
    public Dictionary<ItemId, Item> Items { get; private set; } = [];

    public Dictionary<ItemId, long> Versions { get; private set; } = [];

    public Dictionary<string, string> Positions { get; } = [];

    /// <summary>Makes a change; false where it is stale.</summary>
    public bool Apply(ItemChange change)
    {
        if (change.Version is { } version)
        {
            if (Versions.TryGetValue(change.Id, out long had) && version <= had)
            {
                return false;
            }

            Versions[change.Id] = version;
        }

        if (change.Kind == ChangeKind.Delete)
        {
            Items.Remove(change.Id);
        }
        else
        {
            Items[change.Id] = change.Kind == ChangeKind.Upsert ? change.Item : Merge(Items[change.Id], change.Item);
        }

        return true;
    }

    /// <summary>
    /// Pushes items: each is an upsert, and all others are deletes, of their own version or of the push's.
    /// </summary>
    public void Push(StoreTwin pushed, PushOptions options)
    {
        if (options.Items == PushItems.OfStore)
        {
            return;
        }

        foreach (ItemId id in Items.Keys.Concat(Versions.Keys).Concat(pushed.Items.Keys).Concat(pushed.Versions.Keys).ToHashSet())
        {
            long? version = pushed.Versions.TryGetValue(id, out long own) ? own : options.Version;
            if (!pushed.Items.TryGetValue(id, out Item? item))
            {
                // Of an item that nobody has the store notes nothing, but what the model notes.
                bool isKnown = Items.ContainsKey(id) || Versions.ContainsKey(id) || pushed.Versions.ContainsKey(id);
                Apply(ItemChange.Delete(id, isKnown ? version : null));
            }
            else
            {
                Apply(ItemChange.Upsert(item, version));
            }
        }
    }

    public StoreTwin Copy()
    {
        var copy = new StoreTwin
        {
            Items = new Dictionary<ItemId, Item>(Items), Versions = new Dictionary<ItemId, long>(Versions),
        };
        foreach ((string source, string position) in Positions)
        {
            copy.Positions[source] = position;
        }

        return copy;
    }

    /// <summary>Asserts that a store has these items, all parts of them, and these positions.</summary>
    public void AssertSame(IndexStore store)
    {
        using StoreLease lease = store.Lease();
        using Linr.Index.Live.TableView view = lease.Retriever.Live.Table.Read();
        Assert.Equal(Items.Count, view.Count);
        foreach ((ItemId id, Item item) in Items)
        {
            Assert.True(view.TryFind(id, out uint row), $"{id} is not there.");
            LiveItems.AssertSame(item, view.Table, row);
            Assert.Equal(Versions.TryGetValue(id, out long version) ? version : null, view.VersionOf(row));
        }

        Assert.Equal(
            Versions.Where(pair => !Items.ContainsKey(pair.Key)).OrderBy(pair => pair.Key)
                .Select(pair => (pair.Key, (long?)pair.Value)),
            lease.Retriever.Live.Table.Gone().Select(one => (one.Id, one.Version)).OrderBy(pair => pair.Id));
        Assert.Equal(
            Positions.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            store.Positions.Select(one => KeyValuePair.Create(one.Source, one.Position)));
    }

    /// <summary>The ids and scores that a search by "exact" finds, best first.</summary>
    public IEnumerable<(ItemId Id, float Score)> Search(float[] query, Filter? filter, int k, Schema schema) => Items.Values
        .Where(item => filter is null || NaiveFilter.Passes(filter, item, schema))
        .Select(item => (item.Id, Score: Dot(query, item.Embeddings["exact"].Span)))
        .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id)
        .Take(k);

    private static Item Merge(Item old, Item change) => old with
    {
        Fields = old.Fields.Where(pair => !change.Fields.ContainsKey(pair.Key)).Concat(change.Fields).ToDictionary(),
        Embeddings = old.Embeddings.Where(pair => !change.Embeddings.ContainsKey(pair.Key))
            .Concat(change.Embeddings).ToDictionary(),
    };

    // Of halves below a hundred: exact in any order.
    private static float Dot(float[] left, ReadOnlySpan<float> right)
    {
        float sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
