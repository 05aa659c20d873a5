using Linr.Index.Ids;
using Linr.Index.Live;

namespace Linr.Tests.Index.Live;

/// <summary>Items that come, change and go, against a dictionary that does the same.</summary>
public sealed class LiveTableTests
{
    [Theory]
    [InlineData(IdKind.Integer, 0, 1)]
    [InlineData(IdKind.Text, 40, 2)]
    [InlineData(IdKind.Guid, 500, 3)]
    [InlineData(IdKind.Integer, 65_536, 4)]
    [InlineData(IdKind.Text, 65_540, 5)]
    public void Random_changes_leave_what_a_dictionary_has(IdKind kind, int given, int seed)
    {
        var random = new Random(seed);
        var twin = Enumerable.Range(0, given).ToDictionary(i => LiveItems.Id(kind, i), i => LiveItems.Of(LiveItems.Id(kind, i), i));
        var versions = new Dictionary<ItemId, long>();
        using var table = new LiveTable(LiveItems.Build(kind, given));
        for (int step = 0; step < 60; step++)
        {
            List<ItemChange> changes = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Draw(kind, random, twin))];
            changes = Valid(changes, twin);
            using TableView before = table.Read();
            int[] rowsBefore = [.. before.LiveRows().Take(50).Select(row => (int)row)];
            Item[] itemsBefore = [.. rowsBefore.Select(row => table.Table.ReadItem((uint)row))];
            int stale = changes.Count(change => !Apply(change, twin, versions));
            ChangeResult result = table.Apply(changes);
            Assert.Equal((stale, changes.Count), (
                result.Stale, result.Upserted + result.Updated + result.Deleted + result.Stale + result.Missing));

            // Who read before reads what there was.
            Assert.All(rowsBefore.Zip(itemsBefore), pair => LiveItems.AssertSame(pair.Second, table.Table, (uint)pair.First));
            if (step % 10 == 9)
            {
                AssertSame(twin, table, full: given < 1_000);
            }
        }

        AssertSame(twin, table, full: true);
    }

    [Fact]
    public void Rows_are_used_again_once_nobody_reads_them()
    {
        using var table = new LiveTable(LiveItems.Build(IdKind.Integer, 10), capacity: 100);
        table.Apply([ItemChange.Upsert(LiveItems.Of(77, 1))]);
        uint first;
        using (TableView view = table.Read())
        {
            Assert.True(view.TryFind(77, out first));
            for (int i = 0; i < 20; i++)
            {
                table.Apply([ItemChange.Upsert(LiveItems.Of(77, 2 + i))]);
            }

            LiveItems.AssertSame(LiveItems.Of(77, 1), table.Table, first);
            Assert.True(view.TryFind(77, out uint still));
            Assert.Equal(first, still);
        }

        var rows = new HashSet<uint>();
        for (int i = 0; i < 500; i++)
        {
            table.Apply([ItemChange.Upsert(LiveItems.Of(77, i))]);
            using TableView view = table.Read();
            Assert.True(view.TryFind(77, out uint row));
            rows.Add(row);
        }

        Assert.InRange(rows.Count, 1, 3);
        table.Apply([.. Enumerable.Range(100, 25).Select(id => ItemChange.Upsert(LiveItems.Of(id, id)))]);
        using TableView last = table.Read();
        Assert.Contains(first, last.LiveRows());
        Assert.InRange(last.LiveRows().Max(), 0u, 40u);
    }

    [Fact]
    public void Wrong_changes_are_all_named_and_none_is_made()
    {
        using var table = new LiveTable(LiveItems.Build(IdKind.Integer, 3));
        ItemException error = Assert.Throws<ItemException>(() => table.Apply(
        [
            ItemChange.Upsert(LiveItems.Of(50, 1)),
            ItemChange.Upsert(new Item { Id = 51, Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["exact"] = new float[] { 1, 2, 3, 4 } } }),
            ItemChange.Update(new Item { Id = 52 }),
            ItemChange.Update(new Item { Id = 1, Fields = new Dictionary<string, IReadOnlyList<Value>> { ["colour"] = [] } }),
            ItemChange.Update(new Item { Id = 2, Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["exact"] = new float[3] } }),
            ItemChange.Delete(new ItemId("one")),
        ]));
        Assert.All(
            [
                "Item 51: embedding \"small\": expected one; found none",
                "Item 52: expected an item to update; found none",
                "Item 1: field \"colour\": the schema has no such field",
                "Item 2: embedding \"exact\": expected 4 components; found 3",
                "expected an id of kind Integer; found Text",
            ],
            problem => Assert.Contains(problem, error.Message, StringComparison.Ordinal));
        using TableView view = table.Read();
        Assert.Equal((3L, 0L), (view.Count, view.Version));
        Assert.False(view.TryFind(50, out _));
    }

    [Fact]
    public void A_delete_stays_against_older_changes()
    {
        using var table = new LiveTable(LiveItems.Build(IdKind.Integer, 3));
        Assert.Equal(1, table.Apply([ItemChange.Upsert(LiveItems.Of(9, 9), version: 5)]).Upserted);
        Assert.Equal(1, table.Apply([ItemChange.Delete(9, version: 7)]).Deleted);
        ChangeResult late = table.Apply(
            [ItemChange.Upsert(LiveItems.Of(9, 1), version: 6), ItemChange.Update(new Item { Id = 9 }, version: 7)]);
        Assert.Equal((2, 0), (late.Stale, late.Upserted));
        Assert.Equal(1, table.Apply([ItemChange.Delete(12)]).Missing);
        Assert.Equal(1, table.Apply([ItemChange.Upsert(LiveItems.Of(9, 2), version: 8)]).Upserted);
        using TableView view = table.Read();
        Assert.True(view.TryFind(9, out uint row));
        LiveItems.AssertSame(LiveItems.Of(9, 2), table.Table, row);
    }

    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Text)]
    public async Task Readers_see_whole_items_and_whole_sets_while_they_change(IdKind kind)
    {
        const int items = 40;
        using var table = new LiveTable(LiveItems.Build(kind, items));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        // Each set gives all items the same number: a view has one number.
        Task writer = Task.Run(() =>
        {
            for (int number = 1; number <= 300; number++)
            {
                table.Apply([.. Enumerable.Range(0, items).SelectMany(i => (ItemChange[])
                [
                    ItemChange.Delete(LiveItems.Id(kind, i)),
                    ItemChange.Upsert(LiveItems.Of(LiveItems.Id(kind, i), number)),
                ])]);
            }

            stop.Cancel();
        });
        Task<int>[] readers = [.. Enumerable.Range(0, 3).Select(reader => Task.Run(() =>
        {
            int seen = 0;
            while (!stop.IsCancellationRequested || seen == 0)
            {
                using TableView view = table.Read();
                Assert.Equal(items, view.Count);
                uint[] rows = [.. view.LiveRows()];
                Assert.Equal(items, rows.Length);
                int number = (int)view.Version;
                for (int i = 0; i < items; i++)
                {
                    Assert.True(view.TryFind(LiveItems.Id(kind, i), out uint row));
                    Assert.Contains(row, rows);
                    LiveItems.AssertSame(LiveItems.Of(LiveItems.Id(kind, i), number == 0 ? i : number), table.Table, row);
                }

                seen++;
            }

            return seen;
        }))];
        await writer;
        int[] counts = await Task.WhenAll(readers);
        Assert.All(counts, count => Assert.True(count > 0));
    }

    private static ItemChange Draw(IdKind kind, Random random, Dictionary<ItemId, Item> twin)
    {
        ItemId id = random.Next(2) == 0 && twin.Count > 0
            ? twin.Keys.ElementAt(random.Next(Math.Min(200, twin.Count)))
            : LiveItems.Id(kind, random.Next(80_000));
        int number = random.Next(1_000_000);
        long? version = random.Next(3) == 0 ? random.Next(100) : null;
        return random.Next(4) switch
        {
            0 => ItemChange.Delete(id, version),
            1 => ItemChange.Update(
                new Item
                {
                    Id = id,
                    Fields = random.Next(2) == 0 ? LiveItems.Fields(number) : new Dictionary<string, IReadOnlyList<Value>> { ["words"] = [] },
                    Embeddings = new Dictionary<string, ReadOnlyMemory<float>>(LiveItems.Embeddings(number).Skip(random.Next(4))),
                },
                version),
            _ => ItemChange.Upsert(LiveItems.Of(id, number), version),
        };
    }

    // Without updates of items that will not be there.
    private static List<ItemChange> Valid(List<ItemChange> changes, Dictionary<ItemId, Item> twin)
    {
        var there = new HashSet<ItemId>(twin.Keys);
        var valid = new List<ItemChange>();
        foreach (ItemChange change in changes)
        {
            // A stale change leaves who is there in doubt: versions and deletes stay apart for an id.
            if (change.Kind == ChangeKind.Update && (!there.Contains(change.Id) || changes.Any(
                one => one.Id == change.Id && one != change)))
            {
                continue;
            }

            valid.Add(change);
        }

        return valid;
    }

    // False where the change is stale.
    private static bool Apply(ItemChange change, Dictionary<ItemId, Item> twin, Dictionary<ItemId, long> versions)
    {
        if (change.Version is { } version)
        {
            if (versions.TryGetValue(change.Id, out long had) && version <= had)
            {
                return false;
            }

            versions[change.Id] = version;
        }

        switch (change.Kind)
        {
            case ChangeKind.Delete:
                twin.Remove(change.Id);
                break;
            case ChangeKind.Upsert:
                twin[change.Id] = change.Item;
                break;
            default:
                Item old = twin[change.Id];
                twin[change.Id] = old with
                {
                    Fields = old.Fields.Concat(change.Item.Fields).GroupBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Last().Value),
                    Embeddings = old.Embeddings.Concat(change.Item.Embeddings).GroupBy(pair => pair.Key)
                        .ToDictionary(pair => pair.Key, pair => pair.Last().Value),
                };
                break;
        }

        return true;
    }

    private static void AssertSame(Dictionary<ItemId, Item> twin, LiveTable table, bool full)
    {
        using TableView view = table.Read();
        Assert.Equal(twin.Count, view.Count);
        Assert.Equal(twin.Count, view.LiveRows().Count());
        foreach ((ItemId id, Item item) in full ? twin : twin.Take(300))
        {
            Assert.True(view.TryFind(id, out uint row));
            LiveItems.AssertSame(item, table.Table, row);
        }

        Assert.All(
            Enumerable.Range(80_000, 20), i => Assert.False(view.TryFind(LiveItems.Id(table.Table.Schema.IdKind, i), out _)));
        Assert.Equal(IdMap.NoRow, view.TryFind(new ItemId("nobody"), out uint none) ? none : IdMap.NoRow);
    }
}
