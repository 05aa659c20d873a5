using Linr.Engine;
using Linr.Engine.Live;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>One hash of all items: the same for the same feed, another for any other state.</summary>
public sealed class StateHashTests
{
    [Theory]
    [InlineData(IdKind.Integer, 1)]
    [InlineData(IdKind.Guid, 2)]
    [InlineData(IdKind.Text, 3)]
    public void The_same_changes_in_other_sets_give_the_same_hash(IdKind kind, int seed)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(seed);
        ItemChange[] feed = [.. Enumerable.Range(1, 3_000).Select(version => Draw(kind, random, version))];
        using Retriever ones = Live(kind, 40);
        using Retriever sets = Live(kind, 40);
        using Retriever logged = Live(kind, 0);
        logged.Apply([.. Enumerable.Range(0, 40).Reverse().Select(
            i => ItemChange.Upsert(LiveItems.Of(LiveItems.Id(kind, i), i)))]);
        foreach (ItemChange change in feed)
        {
            ones.Apply(change);
        }

        for (int at = 0; at < feed.Length;)
        {
            int count = random.Next(1, 500);
            sets.Apply([.. feed.Skip(at).Take(count)]);
            at += count;
        }

        logged.Apply(feed);
        string hash = ones.StateHash(TestContext.Current.CancellationToken);
        Assert.Matches("^[0-9a-f]{32}$", hash);
        Assert.Equal(hash, sets.StateHash(TestContext.Current.CancellationToken));
        Assert.Equal(hash, logged.StateHash(TestContext.Current.CancellationToken));

        sets.Save(folder.File("saved.linr"));
        using var saved = Retriever.Open(folder.File("saved.linr"), new RetrieverOptions { Live = new LiveOptions() });
        Assert.Equal(hash, saved.StateHash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Any_part_of_an_item_counts()
    {
        string? before = null;
        Item item = LiveItems.Of(5, 5);
        Dictionary<string, IReadOnlyList<Value>> fields = LiveItems.Fields(5);
        fields["flag"] = [Value.OfBoolean(true)];
        Dictionary<string, ReadOnlyMemory<float>> embeddings = LiveItems.Embeddings(5);
        embeddings["exact"] = new float[] { 1, 2, 3, 4.0000005f };
        var hashes = new HashSet<string>();
        foreach (ItemChange change in (ItemChange[])
        [
            ItemChange.Upsert(item), ItemChange.Upsert(item, version: 1), ItemChange.Upsert(item, version: 2),
            ItemChange.Upsert(item with { Fields = fields }, version: 2),
            ItemChange.Upsert(item with { Embeddings = embeddings }, version: 2),
            ItemChange.Upsert(item with { Id = 6 }, version: 2), ItemChange.Delete(5, version: 3),
        ])
        {
            using Retriever retriever = Live(IdKind.Integer, 3);
            before ??= retriever.StateHash(TestContext.Current.CancellationToken);
            retriever.Apply(change);
            hashes.Add(retriever.StateHash(TestContext.Current.CancellationToken));
        }

        Assert.Equal(7, hashes.Count);
        Assert.DoesNotContain(before!, hashes);

        // Of items that stay as they are it is that of the same items without versions.
        using var still = Retriever.Over(LiveItems.Build(IdKind.Integer, 3));
        Assert.Equal(before, still.StateHash(TestContext.Current.CancellationToken));
    }

    private static Retriever Live(IdKind kind, int items) => Retriever.Over(
        LiveItems.Build(kind, items), options: new RetrieverOptions { Threads = 1, Live = new LiveOptions() });

    private static ItemChange Draw(IdKind kind, Random random, int version)
    {
        ItemId id = LiveItems.Id(kind, random.Next(200));
        long? own = random.Next(2) == 0 ? random.Next(version) : null;
        return random.Next(4) == 0 ? ItemChange.Delete(id, own) : ItemChange.Upsert(LiveItems.Of(id, version), own);
    }
}
