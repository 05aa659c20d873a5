using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Scan;
using Linr.Filters;
using Linr.Index.Live;
using Linr.Kernels.Scan;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Live;

/// <summary>Searches of items that change: the answers of a retriever over the same items that never did.</summary>
public sealed class LiveSearchTests
{
    [Theory]
    [InlineData(IdKind.Integer, 0, 11)]
    [InlineData(IdKind.Text, 300, 12)]
    [InlineData(IdKind.Guid, 300, 13)]
    [InlineData(IdKind.Integer, 66_000, 14)]
    public async Task Answers_are_those_of_a_table_built_of_the_same_items(IdKind kind, int given, int seed)
    {
        await LiveSearches.Compare(kind, given, seed, given > 1_000 ? 3 : 12, new RetrieverOptions { Threads = 2, Live = new LiveOptions() });
    }

    [Fact]
    public async Task A_search_has_one_state_of_all_items_while_they_change()
    {
        const int items = 200;
        using var live = Retriever.Over(LiveItems.Build(IdKind.Integer, items), options: new RetrieverOptions
        {
            Threads = 1, Live = new LiveOptions { Capacity = 1_000 },
        });

        // In a state all items have one vector: each scores the same.
        live.Apply([.. Enumerable.Range(0, items).Select(i => ItemChange.Upsert(LiveItems.Of(i, 1)))]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task writer = Task.Run(() =>
        {
            for (int number = 2; number < 150; number++)
            {
                live.Apply([.. Enumerable.Range(0, items).Select(i => ItemChange.Upsert(LiveItems.Of(i, number)))]);
            }

            stop.Cancel();
        });
        int searches = 0;
        while (!stop.IsCancellationRequested || searches == 0)
        {
            SearchResponse found = live.Search(new SearchRequest
            {
                Embeddings = [new EmbeddingQuery("exact", new float[] { 1, 0.1f, 0.01f, 0.001f })],
                Filter = Filter.Parse("id not in (3, 7)"),
                K = items,
                Fields = ["text", "word"],
            });
            Assert.Equal(items - 2, found.Hits.Count);
            Assert.Equal(items, found.RowsScanned);
            Assert.Single(found.Hits.Select(hit => hit.Score).Distinct());
            Assert.Single(found.Hits.Select(hit => hit.Fields["word"][0].Text).Distinct());
            Assert.Equal(items - 2, found.Hits.Select(hit => hit.Id).Distinct().Count());
            searches++;
        }

        await writer;
    }

    [Fact]
    public void A_searcher_by_vectors_searches_what_items_are_and_keeps_the_rows_of_its_hits()
    {
        using var live = Retriever.Over(LiveItems.Build(IdKind.Integer, 3), options: new RetrieverOptions { Live = new LiveOptions() });
        using RowSearcher searcher = live.CreateRowSearcher("exact");
        for (int number = 10; number < 40; number++)
        {
            live.Apply([.. Enumerable.Range(0, 5).Select(i => ItemChange.Upsert(LiveItems.Of(i, number)))]);
            searcher.Begin(1);
            LiveItems.Embedding(number, 4).CopyTo(searcher.Query(0));
            searcher.Search(5);
            live.Apply([.. Enumerable.Range(0, 5).Select(i => ItemChange.Upsert(LiveItems.Of(i, number + 1)))]);
            live.Apply(ItemChange.Delete(2));
            Assert.Equal(5, searcher.Hits(0).Length);
            foreach (ScanHit hit in searcher.Hits(0))
            {
                LiveItems.AssertSame(LiveItems.Of(live.Table.Ids.Read(hit.Row), number), live.Table, hit.Row);
            }
        }
    }

    [Fact]
    public void A_retriever_may_be_disposed_twice()
    {
        var live = Retriever.Over(LiveItems.Build(IdKind.Integer, 3), options: new RetrieverOptions { Live = new LiveOptions() });
        live.Dispose();
        live.Dispose();
        Assert.Throws<ObjectDisposedException>(() => live.Apply(ItemChange.Delete(1)));
    }

    [Fact]
    public void What_takes_no_changes_says_so()
    {
        using var fixedOne = Retriever.Over(LiveItems.Build(IdKind.Integer, 3));
        Assert.Contains(
            "Expected a retriever opened with RetrieverOptions.Live",
            Assert.Throws<InvalidOperationException>(() => fixedOne.Apply(ItemChange.Delete(1))).Message,
            StringComparison.Ordinal);
        using var live = Retriever.Over(LiveItems.Build(IdKind.Integer, 3), options: new RetrieverOptions { Live = new LiveOptions() });
        Assert.Equal(new ChangeResult(1, 0, 0, 1, 0, 0), live.Apply(ItemChange.Delete(1)));
        Assert.Contains(
            "Live.Capacity: expected 0 to",
            Assert.Throws<ArgumentException>(() => Retriever.Over(
                LiveItems.Build(IdKind.Integer, 1), options: new RetrieverOptions { Live = new LiveOptions { Capacity = -1 } })).Message,
            StringComparison.Ordinal);
    }
}
