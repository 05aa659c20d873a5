using Linr.Engine;
using Linr.Engine.Live;
using Linr.Tests.Engine.Towers;

namespace Linr.Tests.Engine.Live;

/// <summary>
/// The state hash of a model that makes embeddings, of features and of the nearest items: the same for the same feed.
/// </summary>
public sealed class MadeStateHashTests
{
    private const int Given = 60;

    private static readonly Dictionary<string, IReadOnlyList<Value>> s_noFields = [];

    [Theory]
    [InlineData(RowType.Float32, 1)]
    [InlineData(RowType.Float16, 2)]
    [InlineData(RowType.Int8, 3)]
    [InlineData(RowType.Float32, 4)]
    public void The_same_changes_in_other_sets_give_the_same_hash(RowType rows, int seed)
    {
        using var folder = new TemporaryFolder();
        TowerModel model = Write(folder.File("m.linr"), rows, seed);
        var random = new Random(seed);
        using Retriever ones = Open(folder.File("m.linr"));
        ItemChange[] feed = Feed(model, random, ones);
        string hash = ones.StateHash(TestContext.Current.CancellationToken);

        using Retriever sets = Open(folder.File("m.linr"));
        int half = feed.Length / 2;
        ApplyInSets(sets, feed[..half], random);
        sets.Save(folder.File("half.linr"));
        ApplyInSets(sets, feed[half..], random);
        Assert.Equal(hash, sets.StateHash(TestContext.Current.CancellationToken));

        using Retriever opened = Open(folder.File("half.linr"));
        opened.Apply(feed[half..]);
        Assert.Equal(hash, opened.StateHash(TestContext.Current.CancellationToken));

        opened.Save(folder.File("whole.linr"));
        using Retriever whole = Open(folder.File("whole.linr"));
        Assert.Equal(hash, whole.StateHash(TestContext.Current.CancellationToken));

        // What the tower makes of an item's own features has the same bits, too.
        Assert.Equal(ones.Ids().Order(), sets.Ids().Order());
        foreach (ItemId id in ones.Ids())
        {
            Assert.Equal(
                ones.Get(id)!.Embeddings["default"].ToArray(), sets.Get(id)!.Embeddings["default"].ToArray());
        }
    }

    [Fact]
    public void Given_embeddings_and_what_makes_the_others_count()
    {
        using var folder = new TemporaryFolder();
        TowerModel model = Write(folder.File("m.linr"), RowType.Float32, 5);
        Write(folder.File("other.linr"), RowType.Float32, 6);
        Item item = model.Items(3).Last() with { Id = 900 };
        float[] made;
        using (Retriever retriever = Open(folder.File("m.linr")))
        {
            retriever.Apply(ItemChange.Upsert(item));
            made = retriever.Get(900)!.Embeddings["default"].ToArray();
        }

        ItemChange[] upserts =
        [
            ItemChange.Upsert(item), ItemChange.Upsert(With(item, "default", made)),
            ItemChange.Upsert(With(item, "default", [.. made[..^1], 1])),
            ItemChange.Upsert(With(item, "graph", new float[TowerModel.GraphDim])),
        ];
        var hashes = new HashSet<string>();
        foreach (ItemChange change in upserts)
        {
            using Retriever retriever = Open(folder.File("m.linr"));
            retriever.Apply(change);
            string before = retriever.StateHash(TestContext.Current.CancellationToken);
            Assert.True(hashes.Add(before));

            // An update that has the tower run again ends what was given of its embedding.
            retriever.Apply(ItemChange.Update(new Item { Id = 900, Fields = item.Fields }));
            string after = retriever.StateHash(TestContext.Current.CancellationToken);
            Assert.Equal(change == upserts[3] ? before : hashes.First(), after);
        }

        // The same items, and another tower.
        using Retriever emptied = Open(folder.File("m.linr"));
        using Retriever other = Open(folder.File("other.linr"));
        foreach (Retriever one in (Retriever[])[emptied, other])
        {
            one.Apply([.. one.Ids().ToArray().Select(id => ItemChange.Delete(id))]);
        }

        Assert.NotEqual(
            emptied.StateHash(TestContext.Current.CancellationToken),
            other.StateHash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_stale_change_is_not_what_an_update_of_the_same_set_goes_on_from()
    {
        using var folder = new TemporaryFolder();
        TowerModel model = Write(folder.File("m.linr"), RowType.Float32, 7);
        Item[] items = [.. model.Items(20).Select(item => item with { Id = 900 })];
        ItemChange[] changes =
        [
            ItemChange.Upsert(items[7], 5), ItemChange.Upsert(items[12], 3),
            ItemChange.Update(
                new Item { Id = 900, Fields = new Dictionary<string, IReadOnlyList<Value>> { ["size"] = [2.5] } }, 6),
        ];
        using Retriever set = Open(folder.File("m.linr"));
        using Retriever ones = Open(folder.File("m.linr"));
        Assert.Equal(1, set.Apply(changes).Stale);
        Array.ForEach(changes, change => ones.Apply(change));
        Assert.Equal(ones.Get(900)!.Embeddings["default"].ToArray(), set.Get(900)!.Embeddings["default"].ToArray());
    }

    /// <summary>To write it anew, run with LINR_WRITE_GOLDEN naming the folder.</summary>
    [Fact]
    public void A_model_file_of_format_1_with_embeddings_that_were_made_opens_and_is_saved_the_same()
    {
        using var folder = new TemporaryFolder();
        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", "format-1-made.linr");
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            var model = new TowerModel(items: 3, seed: 8, graph: true);
            model.Write(folder.File("m.linr"));
            using Retriever retriever = Open(folder.File("m.linr"));
            retriever.Apply(ItemChange.Upsert(model.Items(3).Last() with { Id = 7 }, 70), ItemChange.Delete(1, 10));
            retriever.Save(golden);
            File.Copy(golden, Path.Combine(write, Path.GetFileName(golden)), overwrite: true);
        }

        using Retriever opened = Open(golden);
        opened.Save(folder.File("again.linr"));
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("again.linr")));

        // The hash says the same in every version, too, and where items stay as they are it has no versions.
        Assert.Equal("e1f408c23a77919febc3cd79b1ecbe21", opened.StateHash(TestContext.Current.CancellationToken));
        using var still = Retriever.Open(golden, new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 });
        Assert.Equal("5fa49a91709cebc797c1a1f6c9507131", still.StateHash(TestContext.Current.CancellationToken));
    }

    private static TowerModel Write(string path, RowType rows, int seed)
    {
        var model = new TowerModel(Given, seed, rows, graph: true);
        model.Write(path);
        return model;
    }

    private static Retriever Open(string path) => Retriever.Open(
        path, new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1, Live = new LiveOptions() });

    private static void ApplyInSets(Retriever retriever, ItemChange[] feed, Random random)
    {
        for (int at = 0; at < feed.Length;)
        {
            int count = random.Next(1, 120);
            retriever.Apply([.. feed.Skip(at).Take(count)]);
            at += count;
        }
    }

    // Each change is made as soon as it is drawn: an update needs an item.
    private static ItemChange[] Feed(TowerModel model, Random random, Retriever retriever)
    {
        Item[] items = [.. model.Items(90, withEmbeddings: true)];
        var feed = new List<ItemChange>();
        while (feed.Count < 600)
        {
            Item drawn = items[random.Next(items.Length)];
            ItemId id = random.Next(40, 100);
            long? version = random.Next(3) == 0 ? random.Next(feed.Count + 1) : null;
            var embeddings = drawn.Embeddings.Where(_ => random.Next(4) == 0).ToDictionary();
            int kind = random.Next(8);
            bool isThere = retriever.Get(id) is not null;
            Item item = drawn with { Id = id, Embeddings = embeddings, Fields = kind == 1 ? s_noFields : drawn.Fields };
            ItemChange change = kind == 0 ? ItemChange.Delete(id, version)
                : kind < 5 && isThere ? ItemChange.Update(item, version)
                : ItemChange.Upsert(item, version);
            retriever.Apply(change);
            feed.Add(change);
        }

        return [.. feed];
    }

    private static Item With(Item item, string embedding, float[] values)
        => item with { Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { [embedding] = values } };
}
