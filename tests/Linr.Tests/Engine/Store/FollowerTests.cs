using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Live;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Engine.Towers;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>Stores of two models: one takes the changes, the other follows.</summary>
public sealed class FollowerTests : IDisposable
{
    private static readonly StoreOptions s_options = new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
        Log = new ChangeLogOptions { SegmentBytes = 2_000 },
        SnapshotsKept = 1,
        SnapshotEveryChanges = null,
        SnapshotEveryLogBytes = null,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(IdKind.Integer, 1)]
    [InlineData(IdKind.Integer, 2)]
    [InlineData(IdKind.Text, 3)]
    [InlineData(IdKind.Guid, 4)]
    public async Task What_follows_has_the_items_versions_and_positions_of_its_feed_whichever_of_the_two_it_is(
        IdKind kind, int seed)
    {
        var random = new Random(seed);
        string[] names = ["first", "second"];
        IndexStore[] stores = [Make(kind, 20), null!];
        await stores[0].ApplyAsync(
            [ItemChange.Delete(LiveItems.Id(kind, 1), version: 9)], new SourcePosition("orders", "before"));
        stores[1] = Follow(stores[0], names[0], Model(kind, "second"));
        int live = 0;
        StoreFollower follower = await StoreFollower.StartAsync(stores[0], stores[1], names[0]);
        for (int step = 0; step < 60; step++)
        {
            for (int set = random.Next(4); set > 0; set--)
            {
                ChangeResult made = await stores[live].ApplyAsync(
                    [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Draw(kind, random))],
                    new SourcePosition($"source {random.Next(3)}", $"{step}.{set}"));
                if (set == 2)
                {
                    await follower.WaitForAsync(made.Offset!.Value, TestContext.Current.CancellationToken);
                }
            }

            switch (random.Next(7))
            {
                case 0:
                    stores[live].Snapshot(TestContext.Current.CancellationToken);
                    break;
                case 1:
                    stores[1 - live].Compact(TestContext.Current.CancellationToken);
                    break;
                case 2:
                    stores[live].Push(
                        Model(kind, $"{names[live]}.{step}"),
                        new PushOptions { Items = PushItems.OfStore },
                        TestContext.Current.CancellationToken);
                    break;
                case 3:
                    await follower.DisposeAsync();
                    stores[1 - live].Dispose();
                    stores[1 - live] = IndexStore.Open(_folder.File(names[1 - live]), s_options);
                    follower = await StoreFollower.StartAsync(stores[live], stores[1 - live], names[live]);
                    break;
                case 4:
                    // Changes that come while nobody follows.
                    await follower.DisposeAsync();
                    await stores[live].ApplyAsync(Draw(kind, random), Draw(kind, random));
                    follower = await StoreFollower.StartAsync(stores[live], stores[1 - live], names[live]);
                    break;
                case 5:
                    await follower.DrainAsync(TestContext.Current.CancellationToken);
                    await follower.DisposeAsync();
                    live = 1 - live;
                    follower = await StoreFollower.StartAsync(
                        stores[live], stores[1 - live], names[live], at: stores[live].Offset);
                    break;
            }

            Assert.Null(follower.Problem);
            if (step % 10 == 9)
            {
                await follower.DrainAsync(TestContext.Current.CancellationToken);
                AssertSame();
            }
        }

        await follower.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, follower.Lag);
        await follower.DisposeAsync();
        AssertSame();
        Array.ForEach(stores, store => store.Dispose());

        void AssertSame()
        {
            Assert.Equal(Hash(stores[live]), Hash(stores[1 - live]));
            Assert.StartsWith("second", stores[1].ModelVersion, StringComparison.Ordinal);
            Assert.Equal(
                stores[live].Positions.Where(one => !names.Contains(one.Source)),
                stores[1 - live].Positions.Where(one => !names.Contains(one.Source)));
        }
    }

    [Fact]
    public async Task Items_are_embedded_by_the_model_that_follows()
    {
        var first = new TowerModel(40, 1);
        first.Write(_folder.File("first.linr"));
        new TowerModel(10, 2).Write(_folder.File("second.linr"));
        Item[] items = [.. first.Items(60)];
        using IndexStore feed = IndexStore.Create(_folder.File("feed"), _folder.File("first.linr"), s_options);
        await feed.ApplyAsync([.. items[..50].Select(item => ItemChange.Upsert(item, version: 5))]);
        using IndexStore store = Follow(feed, "feed", _folder.File("second.linr"));
        await using StoreFollower follower = await StoreFollower.StartAsync(feed, store, "feed");
        await feed.ApplyAsync(
            [.. items[45..].Select(item => ItemChange.Upsert(item, version: 6)), ItemChange.Delete(7, version: 9)]);
        await feed.ApplyAsync(ItemChange.Update(new Item { Id = 3, Fields = items[50].Fields }, version: 7));
        await follower.DrainAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(feed.Get(3)!.Embeddings["default"].ToArray(), store.Get(3)!.Embeddings["default"].ToArray());

        // As if it had been made of all of it.
        using IndexStore anew = IndexStore.CreateFollower(
            _folder.File("anew"), _folder.File("second.linr"), feed, "feed", s_options,
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Hash(anew), Hash(store));
        Assert.All(items.Where(item => item.Id != 7), item => Assert.Equal(
            anew.Get(item.Id)!.Embeddings["default"].ToArray(), store.Get(item.Id)!.Embeddings["default"].ToArray()));
        Assert.Null(store.Get(7));
    }

    [Fact]
    public async Task A_push_of_a_models_items_ends_it_and_the_feed_goes_on()
    {
        using IndexStore feed = Make(IdKind.Integer, 5);
        using IndexStore store = Follow(feed, "first", Model(IdKind.Integer, "second"));
        await using StoreFollower follower = await StoreFollower.StartAsync(feed, store, "first");
        feed.Push(Model(IdKind.Integer, "pushed"), cancellation: TestContext.Current.CancellationToken);
        await feed.ApplyAsync(ItemChange.Upsert(Of(7, 7)));
        StoreException problem = await Assert.ThrowsAsync<StoreException>(
            () => follower.DrainAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            "Feed \"first\": expected changes to follow; found push 1 of a model's items at record 0, which are not in "
            + "the log: what follows it has to be built anew.",
            problem.Message);
        Assert.Same(problem, follower.Problem);
        await feed.ApplyAsync(ItemChange.Upsert(Of(8, 7)));
        Assert.NotNull(feed.Get(8));

        // Nothing is kept for it any more.
        feed.Snapshot(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<StoreException>(() => follower.WaitForAsync(2));
    }

    [Fact]
    public async Task An_item_that_does_not_fit_ends_it_with_its_name()
    {
        using IndexStore feed = Make(IdKind.Integer, 0);
        using IndexStore store = Follow(feed, "first", Wider());
        await using StoreFollower follower = await StoreFollower.StartAsync(feed, store, "first");
        await feed.ApplyAsync(ItemChange.Delete(3, version: 4));
        await follower.DrainAsync(TestContext.Current.CancellationToken);
        await feed.ApplyAsync(ItemChange.Upsert(Of(7, 7)));
        StoreException problem = await Assert.ThrowsAsync<StoreException>(
            () => follower.DrainAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith(
            "Feed \"first\": the changes from record 1 on cannot be made: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Item 7: embedding \"more\": expected one; found none", problem.Message, StringComparison.Ordinal);
        Assert.IsType<ItemException>(problem.InnerException);
        Assert.Equal(1, follower.Position);
        Assert.NotNull(feed.Get(7));
    }

    [Fact]
    public async Task What_is_refused_leaves_nothing_on_the_disk()
    {
        using IndexStore feed = Make(IdKind.Integer, 2_500);
        string[] before = Directory.GetFileSystemEntries(_folder.Root);
        string folder = _folder.File("store");
        Assert.Contains("Item 0: embedding \"more\"", Refused<ItemException>(Wider()).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Expected a model with ids of kind Integer; found Text.",
            Refused<ArgumentException>(Model(IdKind.Text, "texts")).Message,
            StringComparison.Ordinal);
        string model = Model(IdKind.Integer, "second");
        using (var cancel = new CancellationTokenSource())
        {
            var progress = new Reports(report =>
            {
                Assert.Equal(StoreStage.Items, report.Stage);
                Assert.Equal(2_500, report.Total);
                if (report.Done == 2_000)
                {
                    cancel.Cancel();
                }
            });
            Assert.Throws<OperationCanceledException>(() => IndexStore.CreateFollower(
                folder, model, feed, "first", s_options, progress, cancel.Token));
        }

        Assert.Equal(
            before.Order(),
            Directory.GetFileSystemEntries(_folder.Root)
                .Where(path => !path.EndsWith(".linr", StringComparison.Ordinal)).Order());
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "other"), "kept", TestContext.Current.CancellationToken);
        Refused<StoreException>(model);
        Assert.Equal(
            "kept",
            await File.ReadAllTextAsync(Path.Combine(folder, "other"), TestContext.Current.CancellationToken));

        // What a crash left of another try is in nobody's way.
        File.Delete(Path.Combine(folder, "other"));
        Directory.CreateDirectory(Path.Combine(folder + ".building", "snapshots"));
        using IndexStore made = IndexStore.CreateFollower(
            folder, model, feed, "first", s_options, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Hash(feed), Hash(made));
        Assert.False(Directory.Exists(folder + ".building"));

        TError Refused<TError>(string refused)
            where TError : Exception
            => Assert.Throws<TError>(() => IndexStore.CreateFollower(folder, refused, feed, "first", s_options));
    }

    [Fact]
    public async Task The_log_is_kept_for_what_follows_and_one_that_comes_too_late_is_told_so()
    {
        using IndexStore feed = Make(IdKind.Integer, 5);
        using IndexStore store = Follow(feed, "first", Model(IdKind.Integer, "second"));
        await FillAsync();
        Assert.Equal(0, FirstOffset());
        StoreFollower follower = await StoreFollower.StartAsync(feed, store, "first");
        await follower.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Hash(feed), Hash(store));
        await FillAsync();
        await follower.DrainAsync(TestContext.Current.CancellationToken);
        feed.Compact(TestContext.Current.CancellationToken);
        Assert.InRange(FirstOffset(), 1, follower.Position);
        await follower.DisposeAsync();
        long position = follower.Position;
        using (StoreLogHold hold = feed.HoldLog(position))
        {
            await FillAsync();
            Assert.InRange(FirstOffset(), 1, position);
            Assert.Throws<ArgumentOutOfRangeException>(() => hold.MoveTo(position - 1));
        }

        await FillAsync();
        Assert.InRange(FirstOffset(), position + 1, feed.Offset);
        StoreException late = await Assert.ThrowsAsync<StoreException>(
            () => StoreFollower.StartAsync(feed, store, "first"));
        Assert.EndsWith("what follows it has to be built anew.", late.Message, StringComparison.Ordinal);
        late = await Assert.ThrowsAsync<StoreException>(() => StoreFollower.StartAsync(feed, store, "other"));
        Assert.StartsWith(
            "Expected a store with the position of feed \"other\", an offset of its log; found none",
            late.Message,
            StringComparison.Ordinal);
        late = await Assert.ThrowsAsync<StoreException>(
            () => StoreFollower.StartAsync(feed, store, "first", at: feed.Offset + 1));
        Assert.EndsWith("it is another one.", late.Message, StringComparison.Ordinal);

        async Task FillAsync()
        {
            for (int i = 0; i < 40; i++)
            {
                await feed.ApplyAsync(ItemChange.Upsert(Of(i, i)));
            }

            feed.Snapshot(TestContext.Current.CancellationToken);
        }

        long FirstOffset() => ChangeLog.Verify(Path.Combine(_folder.File("first"), "log")).FirstOffset;
    }

    [Fact]
    public async Task Many_followers_keep_up_with_many_writers()
    {
        using IndexStore feed = Make(IdKind.Integer, 0);
        using IndexStore near = Follow(feed, "first", Model(IdKind.Integer, "near"), "near");
        using IndexStore far = Follow(feed, "first", Model(IdKind.Integer, "far"), "far");
        await using StoreFollower follower = await StoreFollower.StartAsync(feed, near, "first");
        await using StoreFollower other = await StoreFollower.StartAsync(feed, far, "first");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int number = 0; number < 200; number++)
            {
                ChangeResult made = await feed.ApplyAsync(
                    [.. Enumerable.Range(0, 5).Select(i => ItemChange.Upsert(Of((writer * 10) + i, number)))],
                    new SourcePosition($"{writer}", $"{number}"));
                if (number % 50 == 0)
                {
                    await follower.WaitForAsync(made.Offset!.Value);
                    Assert.NotNull(near.Get(writer * 10));
                }
            }
        })));
        await Task.WhenAll(
            follower.DrainAsync(TestContext.Current.CancellationToken),
            other.DrainAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Hash(feed), Hash(near));
        Assert.Equal(Hash(feed), Hash(far));
    }

    private static string Hash(IndexStore store) => store.StateHash(TestContext.Current.CancellationToken);

    // Without 8-bit rows: read and put in again, these may differ in their last bit.
    private static Schema SchemaOf(IdKind kind)
    {
        Schema schema = LiveItems.Schema(kind);
        return schema with { Embeddings = [.. schema.Embeddings.Where(one => one.RowType != RowType.Int8)] };
    }

    private static Item Of(ItemId id, int number)
        => new ItemFit(SchemaOf(id.Kind), embedder: null).Of(LiveItems.Of(id, number));

    private static ItemTable Build(IdKind kind, int count)
    {
        using var builder = new ItemTableBuilder(SchemaOf(kind));
        builder.Append(Enumerable.Range(0, count).Select(i => Of(LiveItems.Id(kind, i), i)).ToArray());
        return builder.Build();
    }

    // Updates are of items that are there throughout.
    private static ItemChange Draw(IdKind kind, Random random)
    {
        int number = random.Next(1_000);
        long? version = random.Next(3) == 0 ? random.Next(50) : null;
        return random.Next(4) switch
        {
            0 => ItemChange.Delete(LiveItems.Id(kind, random.Next(10, 40)), version),
            1 => ItemChange.Update(
                new Item { Id = LiveItems.Id(kind, random.Next(2, 10)), Fields = LiveItems.Fields(number) }, version),
            _ => ItemChange.Upsert(Of(LiveItems.Id(kind, random.Next(40)), number), version),
        };
    }

    private IndexStore Make(IdKind kind, int count)
    {
        using ItemTable items = Build(kind, count);
        return IndexStore.Create(
            _folder.File("first"), new ModelContents { Items = items, Version = "first" }, s_options);
    }

    private IndexStore Follow(IndexStore feed, string feedName, string model, string name = "second")
        => IndexStore.CreateFollower(
            _folder.File(name), model, feed, feedName, s_options, cancellation: TestContext.Current.CancellationToken);

    // With items of its own, which a store that follows does not take.
    private string Model(IdKind kind, string version)
    {
        string path = _folder.File($"{version}.linr");
        using ItemTable items = Build(kind, 15);
        ModelWriter.Write(path, new ModelContents { Items = items, Version = version });
        return path;
    }

    // With an embedding that the feed's items lack.
    private string Wider()
    {
        string path = _folder.File("wider.linr");
        Schema schema = SchemaOf(IdKind.Integer);
        schema = schema with { Embeddings = [.. schema.Embeddings, new EmbeddingSchema("more", 3, Metric.Dot)] };
        using ItemTable none = new ItemTableBuilder(schema).Build();
        ModelWriter.Write(path, new ModelContents { Items = none, Version = "wider" });
        return path;
    }

    private sealed class Reports(Action<StoreProgress> take) : IProgress<StoreProgress>
    {
        public void Report(StoreProgress value) => take(value);
    }
}
