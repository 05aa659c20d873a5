using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Engine.Towers;
using Linr.Tests.Index.Live;
using Linr.Tests.Index.Log;

namespace Linr.Tests.Engine.Store;

/// <summary>
/// Models that are pushed into a store: changes meanwhile, items embedded anew, other schemas, crashes.
/// </summary>
public sealed class PushTests : IDisposable
{
    private static readonly StoreOptions s_options = new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
        SnapshotEveryChanges = null,
        SnapshotEveryLogBytes = null,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_model_embeds_the_stores_items_anew_from_their_features()
    {
        var first = new TowerModel(40, 1);
        first.Write(_folder.File("first.linr"));
        new TowerModel(10, 2).Write(_folder.File("second.linr"));
        Item[] items = [.. first.Items(60)];
        using IndexStore store = IndexStore.Create(_folder.File("store"), _folder.File("first.linr"), s_options);
        await store.ApplyAsync([.. items.Select(item => ItemChange.Upsert(item, version: 5)), ItemChange.Delete(7, version: 9)]);
        float[] before = store.Get(3)!.Embeddings["default"].ToArray();
        store.Push(
            _folder.File("second.linr"),
            new PushOptions { Items = PushItems.OfStore },
            TestContext.Current.CancellationToken);
        Assert.NotEqual(before, store.Get(3)!.Embeddings["default"].ToArray());

        // What the second model makes of the same features, in other sets.
        using var expected = Retriever.Open(
            _folder.File("second.linr"), new RetrieverOptions { Threads = 1, Live = new LiveOptions() });
        foreach (Item[] set in items.Chunk(7))
        {
            expected.Apply([.. set.Select(item => ItemChange.Upsert(item, version: 5))]);
        }

        expected.Apply(ItemChange.Delete(7, version: 9));
        string hash = expected.StateHash(TestContext.Current.CancellationToken);
        Assert.Equal(hash, store.StateHash(TestContext.Current.CancellationToken));
        store.Dispose();
        using IndexStore again = IndexStore.Open(_folder.File("store"), s_options);
        Assert.Equal(hash, again.StateHash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Changes_that_come_while_models_are_pushed_are_all_there()
    {
        using IndexStore store = Make(20);
        const int writers = 3;
        int[] last = new int[writers];
        using var stop = new CancellationTokenSource();
        Task[] tasks = [.. Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (int number = 1; !stop.IsCancellationRequested; number++)
            {
                await store.ApplyAsync(
                    [.. Enumerable.Range(100 + (writer * 10), 5).Select(id => ItemChange.Upsert(LiveItems.Of(id, number), number))],
                    new SourcePosition($"{writer}", $"{number}"));
                last[writer] = number;
            }
        }))];
        for (int push = 1; push <= 12; push++)
        {
            // Of a version below all changes: what it lacks stays where changes have brought it.
            store.Push(
                WritePushed(push, version: $"{push}"),
                new PushOptions { Version = 0, Items = (PushItems)(push % 2) },
                TestContext.Current.CancellationToken);
            Assert.Equal($"{push}", store.ModelVersion);
            if (push % 4 == 0)
            {
                store.Compact(TestContext.Current.CancellationToken);
            }
        }

        stop.Cancel();
        await Task.WhenAll(tasks);
        AssertAll(store);
        string hash = store.StateHash(TestContext.Current.CancellationToken);
        store.Dispose();
        using IndexStore again = IndexStore.Open(_folder.File("store"), s_options);
        AssertAll(again);
        Assert.Equal(hash, again.StateHash(TestContext.Current.CancellationToken));
        Assert.Equal(12, again.Snapshots[^1].Push);

        void AssertAll(IndexStore opened)
        {
            for (int writer = 0; writer < writers; writer++)
            {
                Assert.True(last[writer] > 0);
                Assert.Equal($"{last[writer]}", opened.PositionOf($"{writer}")!.Position);
                for (int id = 100 + (writer * 10); id < 105 + (writer * 10); id++)
                {
                    Assert.Equal($"word {last[writer] % 97}", opened.Get(id)!.Fields["word"][0].Text);
                }
            }
        }
    }

    [Fact]
    public async Task A_model_of_another_schema_takes_what_it_knows_of_changes_before_it()
    {
        string path = WriteNarrow(0);
        FaultyStore store = MakeFaulty();
        await store.Store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, 7)));
        store.Store.Push(path, new PushOptions { Items = PushItems.OfStore }, TestContext.Current.CancellationToken);
        Item found = store.Store.Get(7)!;
        Assert.Equal(["exact"], found.Embeddings.Keys);
        Assert.Equal(["flag", "number", "numbers", "text", "word"], found.Fields.Keys.Order());
        await store.Store.ApplyAsync(ItemChange.Update(new Item { Id = 7, Fields = new Dictionary<string, IReadOnlyList<Value>> { ["new"] = [5L] } }));
        await Assert.ThrowsAsync<ItemException>(() => store.Store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(8, 8))));
        string hash = store.Store.StateHash(TestContext.Current.CancellationToken);
        store.Store.Dispose();
        using IndexStore again = IndexStore.Open(store.Files, s_options);
        Assert.Equal(hash, again.StateHash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_push_whose_mark_was_never_written_is_taken_with_the_changes_behind_it()
    {
        FaultyStore store = MakeFaulty();
        await store.Store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(70, 7), version: 3));
        string pushed = WriteNarrow(10);

        // Its snapshot is of this offset; changes of the old schema went on behind it when the process ended, before
        // the mark.
        FaultyFiles before = store.Log.Copy();
        StoreSnapshot made = store.Store.Push(pushed, new PushOptions { Version = 1 }, TestContext.Current.CancellationToken);
        FaultyFiles snapshots = store.Snapshots.Copy();
        store.Store.Dispose();
        using (ChangeLog log = ChangeLog.Open(before, new ChangeLogOptions()))
        {
            var unit = new LogUnit();
            unit.Add(ItemChange.Upsert(LiveItems.Of(71, 7)));
            await log.Append(unit).Durable;
        }

        var files = new StoreFiles("store", snapshots, before);
        long offset;
        using (IndexStore opened = IndexStore.Open(files, s_options))
        {
            Assert.Equal((made.Offset, 1), (opened.Opening.Snapshot.Offset, opened.Opening.Snapshot.Push));
            Assert.Equal("narrow", opened.ModelVersion);
            Assert.All((ItemId[])[9, 70, 71], id => Assert.NotNull(opened.Get(id)));
            offset = opened.Offset;
        }

        // The mark is there now, once: an older snapshot does not lead beyond it.
        Assert.Equal(made.Offset + 2, offset);
        using (IndexStore again = IndexStore.Open(files, s_options))
        {
            Assert.Equal(offset, again.Offset);
        }

        string name = Path.GetFileName(made.Path);
        byte[] bytes = snapshots[name];
        bytes[^1] ^= 1;
        snapshots[name] = bytes;
        Assert.Contains(
            "Expected a snapshot of push 1, which record 2 of the log tells of; found one of push 0",
            Assert.Throws<StoreException>(() => IndexStore.Open(files, s_options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_fit_changes_nothing()
    {
        using IndexStore store = Make(3);
        string hash = store.StateHash(TestContext.Current.CancellationToken);
        string path = _folder.File("other.linr");
        using (ItemTable none = LiveItems.Build(IdKind.Text, 0))
        {
            ModelWriter.Write(path, new ModelContents { Items = none });
        }

        Assert.Contains(
            "Expected a model with ids of kind Integer; found Text",
            Assert.Throws<ArgumentException>(() => store.Push(path)).Message,
            StringComparison.Ordinal);
        Schema wider = LiveItems.Schema(IdKind.Integer);
        wider = wider with { Embeddings = [wider.Embeddings[0] with { Dim = 5 }] };
        using (ItemTable none = new ItemTableBuilder(wider).Build())
        {
            ModelWriter.Write(path, new ModelContents { Items = none });
        }

        Assert.Contains(
            "embedding \"exact\": expected 5 components; found 4",
            Assert.Throws<ItemException>(() => store.Push(path, new PushOptions { Items = PushItems.OfStore })).Message,
            StringComparison.Ordinal);
        Assert.Equal(hash, store.StateHash(TestContext.Current.CancellationToken));
        Assert.Single(store.Snapshots);
        Assert.Equal(0, store.Offset);
    }

    private IndexStore Make(int count)
    {
        using ItemTable items = LiveItems.Build(IdKind.Integer, count);
        return IndexStore.Create(
            _folder.File("store"), new ModelContents { Items = items, Version = "made" }, s_options);
    }

    private FaultyStore MakeFaulty()
    {
        var snapshots = new FaultyFiles { Folder = _folder.Root };
        var log = new FaultyFiles { Folder = _folder.Root };
        var files = new StoreFiles("store", snapshots, log);
        using ItemTable items = LiveItems.Build(IdKind.Integer, 3);
        IndexStore store = IndexStore.Create(files, new ModelContents { Items = items, Version = "made" }, s_options);
        return new FaultyStore(store, files, snapshots, log);
    }

    // A model without some fields and embeddings that the store's items have, and with one more.
    private string WriteNarrow(int count)
    {
        string path = _folder.File("narrow.linr");
        Schema schema = LiveItems.Schema(IdKind.Integer);
        schema = schema with
        {
            Fields =
            [
                .. schema.Fields.Where(field => field.Name != "words"),
                new FieldSchema("new", FieldType.Integer, FieldRoles.Attribute),
            ],
            Embeddings = [schema.Embeddings[0]],
        };
        using var builder = new ItemTableBuilder(schema);
        var fit = new ItemFit(schema, embedder: null);
        for (int id = 0; id < count; id++)
        {
            builder.Append(fit.Of(LiveItems.Of(id, id)));
        }

        using ItemTable items = builder.Build();
        ModelWriter.Write(path, new ModelContents { Items = items, Version = "narrow" });
        return path;
    }

    private string WritePushed(int count, string version)
    {
        string path = _folder.File("pushed.linr");
        using ItemTable items = LiveItems.Build(IdKind.Integer, count);
        ModelWriter.Write(path, new ModelContents { Items = items, Version = version });
        return path;
    }

    private sealed record FaultyStore(
        IndexStore Store,
        StoreFiles Files,
        FaultyFiles Snapshots,
        FaultyFiles Log);
}
