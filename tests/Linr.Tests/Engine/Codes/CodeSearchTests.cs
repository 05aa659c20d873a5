using System.Collections.Immutable;
using Linr.Engine;
using Linr.Filters;
using Linr.Kernels;

namespace Linr.Tests.Engine.Codes;

/// <summary>Searches that use codes: what a naive search by codes gives, and never another filter.</summary>
public sealed class CodeSearchTests
{
    private const int Count = 2_000;
    private static readonly EmbeddingCodes s_codes = new(128, Seed: 5);
    private static readonly RandomItems s_items = new(Count, seed: 7, codes: s_codes);
    private static readonly SignOporp s_coder = new(RandomItems.Dim, s_codes.Bits, s_codes.Seed);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Codes_alone_rank_what_passes_by_the_cosine_that_they_tell(bool isAsymmetric)
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        EmbeddingQuery query = Query(1);
        SearchResponse response = retriever.Search(new SearchRequest
        {
            Embeddings = [query],
            Filter = Filter.Parse("colour = 'red'"),
            K = 60,
            Approximation = new Approximation { Rescores = false, IsAsymmetric = isAsymmetric },
        });
        List<Hit> expected = RankByCodes(query, isAsymmetric, item => RandomItems.Colour(item) == "red");
        Assert.Equal(
            expected.Take(60).Select(hit => (hit.Id, hit.Score)), response.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal(expected.Count, response.RowsPassed);
        Assert.False(response.Exact);
        Assert.Equal(isAsymmetric ? "sign-oporp(128, 5) asymmetric" : "sign-oporp(128, 5)", response.Mode);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(null, 300)]
    [InlineData(null, 5)]
    public void The_best_by_codes_get_their_exact_scores(int? percent, int? count)
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        EmbeddingQuery query = Query(2);
        SearchResponse response = retriever.Search(new SearchRequest
        {
            Embeddings = [query],
            K = 10,
            Approximation = new Approximation { KeepShare = percent / 100.0, KeepCount = count },
        });
        int kept = Math.Max(10, count ?? Count / 100);
        HashSet<ItemId> candidates = [.. RankByCodes(query, false, _ => true).Take(kept).Select(hit => hit.Id)];
        IEnumerable<Hit> expected = s_items.Rank([query], item => candidates.Contains(item.Id)).Take(10);
        Assert.Equal(expected.Select(hit => (hit.Id, hit.Score)), response.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal(Count, response.RowsPassed);
        Assert.False(response.Exact);
        Assert.Equal($"sign-oporp(128, 5) -> {kept} of 2,000 rescored", response.Mode);
    }

    [Fact]
    public void Rescoring_all_that_pass_is_the_exact_answer()
    {
        using Retriever retriever = s_items.ToRetriever();
        var request = new SearchRequest
        {
            Embeddings = [Query(3)],
            Filter = Filter.Parse("size < 30"),
            K = 40,
            GroupBy = new GroupBy("colour", 7),
            ScoreMin = 0.1f,
            Fields = ["title"],
        };
        SearchResponse exact = retriever.Search(request);
        SearchResponse found = retriever.Search(
            request with { Approximation = new Approximation { KeepShare = 1 }, CheckExact = true });
        Assert.Equal(exact.Hits.Select(hit => (hit.Id, hit.Score)), found.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.True(found.Exact);
        Assert.Equal(1, found.Recall);
        Assert.Equal("rows", exact.Mode);
        Assert.Null(exact.Recall);
    }

    [Fact]
    public void A_filter_loses_nothing_by_codes_either()
    {
        using Retriever retriever = s_items.ToRetriever();
        var request = new SearchRequest { Embeddings = [Query(4)], Filter = Filter.Parse("size = 3"), K = Count };
        IEnumerable<ItemId> all = retriever.Search(request).Hits.Select(hit => hit.Id).Order();
        foreach (bool rescores in (bool[])[false, true])
        {
            SearchResponse found = retriever.Search(
                request with { Approximation = new Approximation { Rescores = rescores } });
            Assert.Equal(all, found.Hits.Select(hit => hit.Id).Order());
        }
    }

    [Fact]
    public void Recall_is_the_share_of_the_exact_hits()
    {
        using Retriever retriever = s_items.ToRetriever();
        var request = new SearchRequest { Items = ["item-1", "item-2"], K = 20 };
        HashSet<ItemId> exact = [.. retriever.Search(request).Hits.Select(hit => hit.Id)];
        SearchResponse found = retriever.Search(request with
        {
            Approximation = new Approximation { Rescores = false },
            CheckExact = true,
            Explain = true,
        });
        Assert.Equal(20, found.Hits.Count);
        Assert.DoesNotContain(found.Hits, hit => hit.Id == "item-1" || hit.Id == "item-2");
        Assert.Equal(found.Hits.Count(hit => exact.Contains(hit.Id)) / 20.0, found.Recall);
        Assert.InRange(found.Recall!.Value, 0.2, 1);
    }

    [Fact]
    public void A_mixed_batch_gives_each_request_what_it_gets_alone()
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        Approximation?[] ways =
        [
            null, new Approximation { Rescores = false }, new Approximation { Rescores = false, IsAsymmetric = true },
            new Approximation { KeepCount = 50 }, new Approximation { KeepShare = 0.2, IsAsymmetric = true },
        ];
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 30).Select(i => new SearchRequest
            {
                Embeddings = [Query(i)],
                Filter = i % 3 == 0 ? Filter.Parse($"size < {10 + i}") : null,
                K = 5 + i,
                ScoreMin = i % 4 == 0 ? 0.3f : null,
                GroupBy = i % 5 == 0 ? new GroupBy("colour", 3) : null,
                Approximation = ways[i % ways.Length],
                CheckExact = i % ways.Length == 3,
            }),
        ];
        ImmutableArray<SearchResponse> batch = retriever.SearchBatch(requests);
        for (int i = 0; i < requests.Length; i++)
        {
            SearchResponse alone = retriever.Search(requests[i]);
            Assert.Equal(
                alone.Hits.Select(hit => (hit.Id, hit.Score)), batch[i].Hits.Select(hit => (hit.Id, hit.Score)));
            Assert.Equal(
                (alone.Mode, alone.Exact, alone.RowsPassed, alone.Recall),
                (batch[i].Mode, batch[i].Exact, batch[i].RowsPassed, batch[i].Recall));
            Assert.All(batch[i].Hits, hit => Assert.True(hit.Score >= (requests[i].ScoreMin ?? -2)));
        }
    }

    [Fact]
    public void Requests_that_codes_cannot_answer_are_refused()
    {
        using Retriever retriever = s_items.ToRetriever();
        var request = new SearchRequest { Embeddings = [Query(1)] };
        EmbeddingQuery side = new("side", new float[RandomItems.SideDim]);
        Refuse(request with { Embeddings = [side], Approximation = new() }, "\"side\" has none");
        Refuse(request with { Embeddings = [Query(1), side], Approximation = new() }, "a query of one embedding");
        Refuse(request with { Approximation = new() { KeepShare = 0.1, KeepCount = 4 } }, "found both");
        Refuse(request with { Approximation = new() { KeepShare = 0 } }, "KeepShare: expected above 0");
        Refuse(request with { Approximation = new() { KeepShare = double.NaN } }, "KeepShare: expected above 0");
        Refuse(request with { Approximation = new() { KeepCount = 0 } }, "KeepCount: expected 1 or more");
        Refuse(request with { Approximation = new() { Rescores = false, KeepCount = 9 } }, "which Rescores turns off");
        Refuse(request with { CheckExact = true }, "CheckExact: expected an Approximation");

        void Refuse(SearchRequest wrong, string part) => Assert.Contains(
            part, Assert.Throws<ArgumentException>(() => retriever.Search(wrong)).Message, StringComparison.Ordinal);
    }

    private static EmbeddingQuery Query(int seed)
        => new("main", RandomItems.RandomVector(new Random(seed), RandomItems.Dim));

    private static List<Hit> RankByCodes(EmbeddingQuery query, bool isAsymmetric, Func<Item, bool> passes)
    {
        var values = new float[s_codes.Bits];
        s_coder.EncodeQuery(query.Vector.Span, isAsymmetric, values);
        return
        [
            .. s_items.Items.Where(passes)
                .Select(item => new Hit(item.Id, Score(item, values)))
                .OrderByDescending(hit => hit.Score)
                .ThenBy(hit => hit.Id),
        ];
    }

    private static float Score(Item item, float[] values)
    {
        var code = new ulong[s_coder.Words];
        s_coder.Encode(item.Embeddings["main"].Span, code);
        float score = 0;
        for (int bit = 0; bit < values.Length; bit++)
        {
            score += (code[bit / 64] >> (bit % 64) & 1) == 0 ? -values[bit] : values[bit];
        }

        return SignOporp.EstimateCosine(values, score);
    }
}
