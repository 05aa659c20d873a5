using Linr.Engine;
using Linr.Filters;

namespace Linr.Tests.Engine;

/// <summary>Many callers of one retriever, who take turns at its helper threads.</summary>
public sealed class ConcurrentSearchTests
{
    private const int CallerCount = 8;
    private const int RequestCount = 32;
    private const int Count = 6_000;

    private static readonly RandomItems s_items = new(Count, seed: 11);

    [Fact]
    public void Callers_at_once_get_the_bits_that_one_caller_gets()
    {
        using Retriever alone = s_items.ToRetriever(threads: 1);
        using Retriever shared = s_items.ToRetriever(threads: 3);
        SearchRequest[] requests = [.. Enumerable.Range(0, RequestCount).Select(seed => Request(shared.Schema, seed))];
        SearchResponse[] expected = [.. requests.Select(request => alone.Search(request))];
        Assert.Contains(expected, response => response.Hits.Count == 0);
        Assert.Contains(expected, response => response.Hits.Count == Count);
        AtOnce(caller =>
        {
            for (int i = 0; i < RequestCount; i++)
            {
                int mine = ((i * 7) + (caller * 5)) % RequestCount;
                AssertSame(expected[mine], shared.Search(requests[mine]));
            }

            var batch = shared.SearchBatch(requests);
            for (int i = 0; i < RequestCount; i++)
            {
                AssertSame(expected[i], batch[i]);
            }
        });
    }

    /// <summary>Runs the callers, each on its own thread from the same moment on.</summary>
    internal static void AtOnce(Action<int> call, int callerCount = CallerCount)
    {
        using Barrier start = new(callerCount);
        Exception?[] failures = new Exception?[callerCount];
        Thread[] threads = [.. Enumerable.Range(0, callerCount).Select(caller => new Thread(() =>
        {
            start.SignalAndWait();
            failures[caller] = Record.Exception(() => call(caller));
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(failures, Assert.Null);
    }

    internal static void AssertSame(SearchResponse expected, SearchResponse found)
    {
        Assert.Equal(expected.RowsPassed, found.RowsPassed);
        Assert.Equal(expected.Hits.Count, found.Hits.Count);
        for (int i = 0; i < found.Hits.Count; i++)
        {
            Assert.Equal(expected.Hits[i].Id, found.Hits[i].Id);
            Assert.Equal(
                BitConverter.SingleToInt32Bits(expected.Hits[i].Score),
                BitConverter.SingleToInt32Bits(found.Hits[i].Score));
        }
    }

    private static SearchRequest Request(Schema schema, int seed)
    {
        var random = new Random(seed);
        EmbeddingQuery main = new("main", RandomItems.RandomVector(random, RandomItems.Dim));
        EmbeddingQuery side = new("side", RandomItems.RandomVector(random, RandomItems.SideDim), 0.5f);
        ItemId[] seen = [.. Enumerable.Range(0, 900).Select(_ => (ItemId)$"item-{random.Next(2 * Count)}")];
        SearchRequest request = new()
        {
            Embeddings = seed % 4 == 3 ? [main, side] : [main],
            K = seed == 0 ? Count : 1 + (seed * 13 % 300),
            ScoreMin = seed % 5 == 4 ? 0.2f : null,
            GroupBy = seed % 6 == 5 ? new GroupBy("colour", 2) : null,
        };
        return (seed % 8) switch
        {
            0 => request,
            1 => request with { Filter = Filter.Parse($"size < {seed}") },
            2 => request with { Filter = Filter.Parse("colour = 'red' and not size >= 40") },
            3 => request with { Filter = Filter.Parse("size > 1000") },
            4 => request with { Filter = FilterBuilder.IdNotIn(seen) },
            5 => request with { Filter = FilterBuilder.IdIn(seen) & Filter.Parse("colour exists") },
            6 => request with
            {
                PreparedFilter = PreparedFilter.Prepare(Filter.Parse("id not in @seen and size >= @least"), schema),
                Parameters = new FilterParameters().SetIds("seen", seen).Set("least", seed),
            },
            _ => request with { Filter = Filter.Parse("not (colour = 'blue' or size = 7)") },
        };
    }
}
