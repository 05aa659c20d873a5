using System.Collections.Immutable;
using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Filters;
using Linr.Index;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>Random changes and searches of a live retriever, beside one over a table that was built of the same items.</summary>
internal static class LiveSearches
{
    /// <summary>Compares all answers, bit for bit.</summary>
    /// <returns>How many searches the engine did that the retriever is said to have.</returns>
    public static async Task<int> Compare(IdKind kind, int given, int seed, int rounds, RetrieverOptions options)
    {
        var random = new Random(seed);
        Dictionary<ItemId, Item> twin = Enumerable.Range(0, given)
            .ToDictionary(i => LiveItems.Id(kind, i), i => LiveItems.Of(LiveItems.Id(kind, i), i));
        using var live = Retriever.Over(LiveItems.Build(kind, given), options: options);
        using var batcher = new SearchBatcher(live);
        int onDevice = 0;
        using var folder = new TemporaryFolder();
        PreparedFilter prepared = PreparedFilter.Prepare(
            FilterBuilder.IdNotIn(Enumerable.Range(0, 100).Select(i => LiveItems.Id(kind, i))), live.Schema);
        for (int round = 0; round < rounds; round++)
        {
            for (int set = 0; set < 5; set++)
            {
                Change(live, kind, random, twin);
            }

            using var fixedOne = Retriever.Over(Build(kind, twin.Values), options: new RetrieverOptions { Threads = 2 });
            SearchRequest[] requests = [.. Requests(kind, random, prepared, [.. twin.Keys])];
            ImmutableArray<SearchResponse> expected = fixedOne.SearchBatch(requests);
            ImmutableArray<SearchResponse> found = live.SearchBatch(requests);
            SearchResponse[] queued = await Task.WhenAll(requests.Select(
                request => batcher.SearchAsync(request, cancellation: TestContext.Current.CancellationToken)));
            for (int i = 0; i < requests.Length; i++)
            {
                AssertSame(expected[i], found[i]);
                AssertSame(expected[i], queued[i]);
                onDevice += found[i].Explanation!.Engine == live.Engine ? 1 : 0;
            }

            // Saved while it serves, it opens as a model of these items.
            live.Save(folder.File("saved.linr"));
            using (var saved = Retriever.Open(folder.File("saved.linr"), new RetrieverOptions { Threads = 2 }))
            {
                ImmutableArray<SearchResponse> reopened = saved.SearchBatch(requests);
                Assert.All(expected.Zip(reopened), pair => AssertSame(pair.First, pair.Second));
            }

            ItemId some = twin.Keys.Skip(random.Next(twin.Count)).First();
            Assert.Equal(twin[some].Embeddings["exact"].ToArray(), live.Get(some)!.Embeddings["exact"].ToArray());
            Assert.Null(live.Get(LiveItems.Id(kind, 900_000)));
        }

        return onDevice;
    }

    public static void Change(Retriever live, IdKind kind, Random random, Dictionary<ItemId, Item> twin)
    {
        var changes = new List<ItemChange>();
        for (int i = random.Next(1, 120); i > 0; i--)
        {
            ItemId id = LiveItems.Id(kind, random.Next(400));
            int number = random.Next(100_000);
            if (random.Next(4) == 0)
            {
                changes.Add(ItemChange.Delete(id));
                twin.Remove(id);
            }
            else if (random.Next(3) == 0 && twin.TryGetValue(id, out Item? old))
            {
                Dictionary<string, IReadOnlyList<Value>> fields = LiveItems.Fields(number);
                changes.Add(ItemChange.Update(new Item { Id = id, Fields = fields }));
                twin[id] = old with { Fields = old.Fields.Where(pair => !fields.ContainsKey(pair.Key)).Concat(fields).ToDictionary() };
            }
            else
            {
                changes.Add(ItemChange.Upsert(LiveItems.Of(id, number)));
                twin[id] = LiveItems.Of(id, number);
            }
        }

        live.Apply(changes);
    }

    public static IEnumerable<SearchRequest> Requests(IdKind kind, Random random, PreparedFilter prepared, ItemId[] ids)
    {
        string[] filters =
        [
            "word = 'word 5' or words = 'words 7'", "number > 50000", "not flag = true", "numbers >= 100.5 and numbers < 40000",
            "number missing", "word != 'word 9'",
        ];
        for (int i = 0; i < 24; i++)
        {
            (string name, int dim) = i % 3 == 0 ? ("exact", 4) : i % 3 == 1 ? ("small", 8) : ("copied", 4);
            bool isOfItems = i % 5 == 4;
            yield return new SearchRequest
            {
                Embeddings = isOfItems ? [] : [new EmbeddingQuery(name, LiveItems.Embedding(random.Next(1_000), dim))],
                Items = isOfItems ? [ids[random.Next(ids.Length)], ids[random.Next(ids.Length)], LiveItems.Id(kind, 700_000)] : [],
                K = 1 + random.Next(40),
                Filter = i % 4 == 1 ? Filter.Parse(filters[random.Next(filters.Length)])
                    : i % 4 == 2 ? FilterBuilder.IdIn(ids.Take(30 + random.Next(100))) : null,
                PreparedFilter = i % 4 == 3 ? prepared : null,
                GroupBy = i % 7 == 6 ? new GroupBy("word", 2) : null,
                Approximation = name == "small" && i % 2 == 0 && !isOfItems ? new Approximation() : null,
                Fields = ["word", "words", "text"],
                Explain = true,
            };
        }
    }

    public static ItemTable Build(IdKind kind, IEnumerable<Item> items)
    {
        using var builder = new ItemTableBuilder(LiveItems.Schema(kind));
        foreach (Item item in items)
        {
            builder.Append(item);
        }

        return builder.Build();
    }

    public static void AssertSame(SearchResponse expected, SearchResponse found)
    {
        Assert.Equal(
            expected.Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))),
            found.Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))));
        Assert.Equal(
            (expected.Exact, expected.Mode, expected.RowsScanned, expected.RowsPassed),
            (found.Exact, found.Mode, found.RowsScanned, found.RowsPassed));
        Assert.Equal(expected.UnknownIds, found.UnknownIds);
        foreach ((Hit one, Hit other) in expected.Hits.Zip(found.Hits))
        {
            Assert.Equal(one.Fields.OrderBy(pair => pair.Key), other.Fields.OrderBy(pair => pair.Key));
        }
    }
}
