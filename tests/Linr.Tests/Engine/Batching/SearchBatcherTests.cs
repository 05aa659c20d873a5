using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Filters;

namespace Linr.Tests.Engine.Batching;

public sealed class SearchBatcherTests
{
    private static readonly RandomItems s_items = new(3_000, seed: 12);

    [Fact]
    public async Task Requests_of_every_kind_get_the_answers_that_they_get_alone()
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        using var batcher = new SearchBatcher(retriever, new BatchOptions { QueriesMax = 16 });
        SearchRequest[] requests = [.. Enumerable.Range(0, 60).Select(Request)];
        SearchResponse[] together = await Task.WhenAll(requests.Select(request => batcher.SearchAsync(request)));
        for (int i = 0; i < requests.Length; i++)
        {
            SearchResponse alone = retriever.Search(requests[i]);
            Assert.Equal(
                alone.Hits.Select(hit => (hit.Id, hit.Score)), together[i].Hits.Select(hit => (hit.Id, hit.Score)));
            Assert.Equal(alone.RowsPassed, together[i].RowsPassed);
        }

        Assert.Equal(60, batcher.Counters.Scanned);
    }

    [Fact]
    public async Task A_wrong_filter_fails_alone()
    {
        using Retriever retriever = s_items.ToRetriever();
        var time = new ManualTime();
        using var batcher = new SearchBatcher(
            retriever, new BatchOptions { ConcurrentBatches = 2, QueriesMax = 3 }, time);
        SearchRequest sound = Request(0);
        SearchRequest wrong = sound with { Filter = Filter.Parse("size > @least") };
        Task<SearchResponse>[] answers =
            [.. new[] { sound, wrong, sound, wrong, sound, sound }.Select(request => batcher.SearchAsync(request))];

        // Nothing else ends the window of a batch that is not full.
        time.Pass(microseconds: 300);
        foreach (int i in new[] { 1, 3 })
        {
            var failure = await Assert.ThrowsAsync<FilterException>(() => answers[i]);
            Assert.Contains("least", failure.Message, StringComparison.Ordinal);
        }

        foreach (int i in new[] { 0, 2, 4, 5 })
        {
            Assert.Equal(sound.K, (await answers[i]).Hits.Count);
        }
    }

    [Fact]
    public async Task A_wrong_request_is_refused_before_it_waits()
    {
        using Retriever retriever = s_items.ToRetriever();
        using var batcher = new SearchBatcher(retriever);
        await Assert.ThrowsAsync<ArgumentException>(() => batcher.SearchAsync(Request(0) with { K = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => batcher.SearchAsync(Request(0), timeout: TimeSpan.FromTicks(-1)));
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => batcher.SearchAsync(Request(0), cancellation: new CancellationToken(canceled: true)));
        Assert.Equal(default, batcher.Counters);
    }

    [Fact]
    public async Task An_explanation_tells_the_time_in_the_queue()
    {
        using Retriever retriever = s_items.ToRetriever();
        using var batcher = new SearchBatcher(retriever);
        SearchResponse response = await batcher.SearchAsync(Request(0) with { Explain = true });
        Assert.Equal(
            ["embed", "queue", "filter", "scan", "fetch"], response.Explanation!.Stages.Select(stage => stage.Name));
        Assert.Equal("waited for a batch of 1", response.Explanation.Stages[1].Detail);
        SearchResponse plain = await batcher.SearchAsync(Request(0));
        Assert.Null(plain.Explanation);
        Assert.Equal(["embed", "queue", "filter", "scan", "fetch"], plain.Stages.Select(stage => stage.Name));
    }

    private static SearchRequest Request(int seed)
    {
        var main = new EmbeddingQuery("main", RandomItems.RandomVector(new Random(seed), RandomItems.Dim));
        var side = new EmbeddingQuery("side", RandomItems.RandomVector(new Random(seed), RandomItems.SideDim), 0.5f);
        return (seed % 5) switch
        {
            0 => new SearchRequest { Embeddings = [main], K = 5 + seed },
            1 => new SearchRequest { Embeddings = [main], Filter = Filter.Parse("colour = 'red' and size < 7") },
            2 => new SearchRequest { Embeddings = [main, side], K = 10 },
            3 => new SearchRequest { Embeddings = [main], GroupBy = new GroupBy("colour", 2) },
            _ => new SearchRequest { Items = ["item-5", new ItemId($"item-{seed}")], K = 8 },
        };
    }
}
