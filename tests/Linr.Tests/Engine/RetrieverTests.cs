using System.Collections.Immutable;
using System.Diagnostics;
using Linr.Engine;
using Linr.Filters;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests;

namespace Linr.Tests.Engine;

public sealed class RetrieverTests
{
    private const int Count = 3_000;
    private static readonly RandomItems s_items = new(Count, seed: 7);

    [Fact]
    public void A_search_by_vector_gives_the_naive_answer()
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        EmbeddingQuery query = Query(1);
        SearchResponse response = retriever.Search(
            new SearchRequest { Embeddings = [query], K = 50, Fields = ["title", "colour"] });
        Assert.Equal(Ids(s_items.Rank([query], _ => true).Take(50)), Ids(response.Hits));
        Assert.True(response.Exact);
        Assert.Equal(Count, response.RowsPassed);
        Assert.Equal("test", response.ModelVersion);
        Assert.StartsWith("Item number", response.Hits[0].Fields["title"][0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_loses_nothing_and_all_matches_come_back_when_k_is_larger()
    {
        using Retriever retriever = s_items.ToRetriever();
        EmbeddingQuery query = Query(2);
        SearchResponse response = retriever.Search(new SearchRequest
        {
            Embeddings = [query],
            Filter = Filter.Parse("colour = 'red' and not size >= 3"),
            K = Count,
        });
        List<Hit> expected = s_items.Rank(
            [query], item => RandomItems.Colour(item) == "red" && RandomItems.Size(item) < 3);
        Assert.NotEmpty(expected);
        Assert.Equal(Ids(expected), Ids(response.Hits));
        Assert.Equal(expected.Count, response.RowsPassed);
    }

    [Fact]
    public void Weighted_embeddings_are_added()
    {
        using Retriever retriever = s_items.ToRetriever();
        EmbeddingQuery side = new("side", RandomItems.RandomVector(new Random(4), RandomItems.SideDim), 0.3f);
        EmbeddingQuery[] queries = [Query(3) with { Weight = 2 }, side];
        List<Hit> expected = s_items.Rank(queries, _ => true);
        SearchResponse response = retriever.Search(new SearchRequest { Embeddings = [side, queries[0]], K = 20 });
        Assert.Equal(Ids(expected.Take(20)), Ids(response.Hits));
        Assert.Equal(expected[0].Score, response.Hits[0].Score);
    }

    [Fact]
    public void A_batch_gives_each_request_the_bits_that_it_gets_alone()
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        SearchRequest[] requests = [.. Enumerable.Range(0, 40).Select(RandomRequest)];
        var batch = retriever.SearchBatch(requests);
        for (int i = 0; i < requests.Length; i++)
        {
            SearchResponse alone = retriever.Search(requests[i]);
            Assert.Equal(Ids(alone.Hits), Ids(batch[i].Hits));
            Assert.Equal(alone.Hits.Select(hit => hit.Score), batch[i].Hits.Select(hit => hit.Score));
            Assert.Equal(alone.RowsPassed, batch[i].RowsPassed);
        }
    }

    [Fact]
    public void Items_like_these_leave_out_the_items_themselves()
    {
        using Retriever retriever = s_items.ToRetriever();
        var request = new SearchRequest { Items = ["item-5", "item-8", "nobody"], K = 10 };
        SearchResponse without = retriever.Search(request);
        SearchResponse with = retriever.Search(request with { IncludeSeen = true, K = 12 });
        Assert.Equal(["nobody"], without.UnknownIds);
        Assert.Equal(10, without.Hits.Count);
        Assert.Equal(Ids(with.Hits).Except(["item-5", "item-8"]).Take(10), Ids(without.Hits));
        Assert.Contains(new ItemId("item-5"), Ids(with.Hits));
    }

    [Fact]
    public void A_group_keeps_its_best_up_to_the_cap()
    {
        using Retriever retriever = s_items.ToRetriever();
        EmbeddingQuery query = Query(5);
        SearchResponse response = retriever.Search(
            new SearchRequest { Embeddings = [query], K = 100, GroupBy = new GroupBy("colour", 3) });
        var taken = new Dictionary<string, int>();
        List<Hit> expected = [];
        foreach (Hit hit in s_items.Rank([query], _ => true))
        {
            string colour = RandomItems.Colour(s_items.Items.First(item => item.Id == hit.Id)) ?? string.Empty;
            if (taken.GetValueOrDefault(colour) < 3)
            {
                taken[colour] = taken.GetValueOrDefault(colour) + 1;
                expected.Add(hit);
            }
        }

        Assert.Equal(12, expected.Count);
        Assert.Equal(Ids(expected), Ids(response.Hits));
    }

    [Fact]
    public void A_seen_item_takes_no_place_of_its_group()
    {
        using Retriever retriever = s_items.ToRetriever();
        SearchResponse response = retriever.Search(
            new SearchRequest { Items = ["item-1"], K = 10, GroupBy = new GroupBy("colour") });
        Assert.Equal(4, response.Hits.Count);
        Assert.DoesNotContain(new ItemId("item-1"), Ids(response.Hits));
    }

    [Fact]
    public void Hits_below_the_lowest_score_are_left_out()
    {
        using Retriever retriever = s_items.ToRetriever();
        EmbeddingQuery query = Query(6);
        SearchResponse response = retriever.Search(
            new SearchRequest { Embeddings = [query], K = Count, ScoreMin = 0.5f });
        Assert.Equal(Ids(s_items.Rank([query], _ => true).Where(hit => hit.Score >= 0.5f)), Ids(response.Hits));
    }

    [Fact]
    public void An_explanation_names_the_filter_and_the_stages()
    {
        using Retriever retriever = s_items.ToRetriever();
        SearchResponse response = retriever.Search(new SearchRequest
        {
            Embeddings = [Query(1)],
            Filter = Filter.Parse("size<5"),
            Diversity = new Diversity(0.5f, 20),
            Explain = true,
        });
        Assert.Equal("size < 5", response.Explanation!.Filter);
        Assert.Equal(
            ["embed", "filter", "scan", "diversify", "fetch"], response.Explanation.Stages.Select(stage => stage.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_answer_has_the_times_of_its_stages(bool isExplained)
    {
        using Retriever retriever = s_items.ToRetriever();
        SearchRequest[] batch =
        [
            .. Enumerable.Range(0, 30).Select(seed => new SearchRequest
            {
                Embeddings = [Query(seed)],
                Diversity = seed % 2 == 0 ? new Diversity(0.5f, 20) : null,
                Explain = isExplained,
            }),
        ];
        long started = Stopwatch.GetTimestamp();
        ImmutableArray<SearchResponse> found = retriever.SearchBatch(batch);
        double took = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        for (int i = 0; i < batch.Length; i++)
        {
            string[] chosen = batch[i].Diversity is null ? [] : ["diversify"];
            Assert.Equal(
                ["embed", "filter", "scan", .. chosen, "fetch"], found[i].Stages.Select(stage => stage.Name));
            Assert.All(found[i].Stages, stage => Assert.InRange(stage.Microseconds, 0, took));
            Assert.InRange(found[i].Stages.Sum(stage => stage.Microseconds), 0, took);
        }
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        using Retriever retriever = s_items.ToRetriever();
        var error = Assert.Throws<ArgumentException>(() => retriever.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", new float[3]), new EmbeddingQuery("other", new float[3])],
            Items = [7],
            K = 0,
            GroupBy = new GroupBy("size", 0),
            Diversity = new Diversity(2, 1),
            Fields = ["nothing"],
        }));
        foreach (string part in (string[])
            [
                "found several", "expected 12 numbers; found 3", "found \"other\"", "K: expected 1", "found \"size\"",
                "GroupBy.Cap", "Diversity.Lambda", "no field \"nothing\"", "ids of kind Text",
            ])
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e30f)]
    public void A_query_that_is_not_finite_or_too_long_is_refused(float number)
    {
        using Retriever retriever = s_items.ToRetriever();
        float[] vector = new float[RandomItems.Dim];
        vector[3] = number;
        Assert.Throws<ArgumentException>(
            () => retriever.Search(new SearchRequest { Embeddings = [new EmbeddingQuery("main", vector)] }));
    }

    [Fact]
    public void An_item_comes_back_as_it_was_given()
    {
        using Retriever retriever = s_items.ToRetriever();
        Item item = retriever.Get("item-42")!;
        Assert.Equal(s_items.Items[42].Embeddings["main"].ToArray(), item.Embeddings["main"].ToArray());
        Assert.Equal(s_items.Items[42].Fields.Keys.Order(), item.Fields.Keys.Order());
        Assert.Null(retriever.Get("item-4200"));
        Assert.Null(retriever.Get(42));
    }

    [Fact]
    public void A_row_searcher_allocates_nothing_once_it_is_warm()
    {
        using Retriever retriever = s_items.ToRetriever();
        using RowSearcher searcher = new(retriever);
        float[] query = RandomItems.RandomVector(new Random(9), RandomItems.Dim);
        searcher.Run(query);
        searcher.Run(query);
        Assert.Equal(0, Allocations.OfPass(() => searcher.Run(query)));
        Assert.Equal(s_items.Rank([new EmbeddingQuery("main", query)], _ => true)[0].Score, searcher.Best.Score);
    }

    private static EmbeddingQuery Query(int seed)
        => new("main", RandomItems.RandomVector(new Random(seed), RandomItems.Dim));

    private static SearchRequest RandomRequest(int seed) => new()
    {
        Embeddings = [Query(seed)],
        K = 1 + (seed % 7 * 10),
        Filter = (seed % 3) switch
        {
            0 => null,
            1 => Filter.Parse("colour in ('red', 'blue')"),
            _ => Filter.Parse($"size < {seed}"),
        },
        ScoreMin = seed % 5 == 0 ? 0.1f : null,
    };

    private static IEnumerable<ItemId> Ids(IEnumerable<Hit> hits) => hits.Select(hit => hit.Id);

    private sealed class RowSearcher(Retriever retriever) : IDisposable
    {
        private readonly Linr.Engine.Scan.RowSearcher _searcher = retriever.CreateRowSearcher("main");

        public ScanHit Best => _searcher.Hits(0)[0];

        public void Run(float[] query)
        {
            _searcher.Begin(2);
            query.CopyTo(_searcher.Query(0));
            query.CopyTo(_searcher.Query(1));
            _searcher.Search(100);
        }

        public void Dispose() => _searcher.Dispose();
    }
}
