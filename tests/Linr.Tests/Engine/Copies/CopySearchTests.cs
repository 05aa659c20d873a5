using System.Collections.Immutable;
using CsCheck;
using Linr.Engine;
using Linr.Filters;

namespace Linr.Tests.Engine.Copies;

/// <summary>Searches by way of copies: exact to the bit, unless it is asked for otherwise.</summary>
public sealed class CopySearchTests
{
    private const int Count = 1_500;

    [Fact]
    public void Answers_by_way_of_copies_are_those_of_the_rows()
    {
        (int byCopies, int all) = (0, 0);
        Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                var items = new CopiedItems(seed, Count);
                using Retriever rows = items.ToRetriever(hasCopies: false);
                using Retriever copies = items.ToRetriever(
                    hasCopies: true, new RetrieverOptions { Threads = 1 + (seed % 2) });
                SearchRequest[] requests = [.. Enumerable.Range(0, 12).Select(i => Request(items, i))];
                ImmutableArray<SearchResponse> found = copies.SearchBatch(requests);
                AssertSame(rows.SearchBatch(requests), found);
                byCopies += found.Count(one => one.Mode.EndsWith("rescored", StringComparison.Ordinal));
                all += found.Count(one => one.Mode.Contains("-> 1,500 of 1,500", StringComparison.Ordinal));
            },
            iter: 40,
            threads: 1);
        Assert.InRange(byCopies, 200, int.MaxValue);

        // Where no copy tells rows apart, all of them are looked at.
        Assert.InRange(all, 1, int.MaxValue);
    }

    [Fact]
    public void Mostly_few_rows_are_looked_at()
    {
        var items = new RandomItems(4_000, seed: 1, copy: RowType.Int8);
        using Retriever retriever = items.ToRetriever();
        SearchResponse found = retriever.Search(new SearchRequest { Items = ["item-1"], K = 20, Explain = true });
        Assert.True(found.Exact);
        Assert.Equal("int8 -> 106 of 4,000 rescored", found.Mode);
        Assert.Equal(2, found.Explanation!.Stages.Count(stage => stage.Name == "scan"));
        Assert.Equal(["embed", "filter", "scan", "fetch"], found.Stages.Select(stage => stage.Name));
        Assert.Equal(
            found.Explanation.Stages.Sum(stage => stage.Microseconds),
            found.Stages.Sum(stage => stage.Microseconds),
            tolerance: 0.01);
        Assert.Equal("rows", retriever.Search(new SearchRequest { Items = ["item-1"], K = 300 }).Mode);
    }

    [Theory]
    [InlineData(RowType.Int8, "int8 -> 104 of 4,000 rescored")]
    [InlineData(RowType.Float16, "rows")]
    public void The_processor_reads_16_bit_copies_for_few_queries_only(RowType copy, string modeOfMany)
    {
        using Retriever retriever = new RandomItems(4_000, seed: 1, copy: copy).ToRetriever();
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 16).Select(i => new SearchRequest
            {
                Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(i), RandomItems.Dim))],
                K = 20,
            }),
        ];
        ImmutableArray<SearchResponse> many = retriever.SearchBatch(requests);
        Assert.All(many, one => Assert.Equal(modeOfMany, one.Mode));
        SearchResponse alone = retriever.Search(requests[3]);
        Assert.StartsWith(copy.ToString().ToLowerInvariant() + " -> ", alone.Mode, StringComparison.Ordinal);
        AssertSame([many[3]], [alone]);
    }

    [Fact]
    public void The_best_by_their_copies_are_rescored_and_told_exact_where_they_are()
    {
        var items = new RandomItems(4_000, seed: 1, copy: RowType.Int8);
        using Retriever retriever = items.ToRetriever();
        SearchRequest request = new() { Items = ["item-1"], K = 20, Filter = Filter.Parse("size < 90") };
        SearchResponse exact = retriever.Search(request);
        SearchResponse many = retriever.Search(
            request with { Approximation = new Approximation { KeepCount = 400 }, CheckExact = true });
        AssertSame([exact], [many]);
        Assert.Equal(1, many.Recall);
        Assert.StartsWith("int8 -> 400 of ", many.Mode, StringComparison.Ordinal);

        // The last hit and the last candidate are one: nothing says that no other row is better.
        SearchResponse few = retriever.Search(
            request with { Approximation = new Approximation { KeepCount = 1 }, CheckExact = true });
        Assert.False(few.Exact);
        Assert.InRange(few.Recall!.Value, 0.9, 1);
        Assert.StartsWith("int8 -> 21 of ", few.Mode, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_alone_score_as_rows_of_their_kind_do()
    {
        using Retriever copies = new RandomItems(2_000, seed: 5, copy: RowType.Int8).ToRetriever();
        using Retriever rows = new RandomItems(2_000, seed: 5, rowType: RowType.Int8).ToRetriever();
        SearchRequest request = new()
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(2), RandomItems.Dim))],
            K = 50,
            GroupBy = new GroupBy("colour", 20),
            ScoreMin = 0.1f,
        };
        SearchResponse expected = rows.Search(request);
        SearchResponse found = copies.Search(request with { Approximation = new Approximation { Rescores = false } });
        Assert.Equal(expected.Hits.Select(hit => (hit.Id, hit.Score)), found.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal(("int8", false), (found.Mode, found.Exact));
    }

    [Fact]
    public void Codes_choose_for_rows_or_for_copies()
    {
        var codes = new EmbeddingCodes(128);
        using Retriever both = new RandomItems(2_000, seed: 5, codes: codes, copy: RowType.Int8).ToRetriever();
        using Retriever rows = new RandomItems(2_000, seed: 5, codes: codes).ToRetriever();
        using Retriever int8 = new RandomItems(2_000, seed: 5, codes: codes, rowType: RowType.Int8).ToRetriever();
        SearchRequest request = new()
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(2), RandomItems.Dim))],
            K = 50,
            Approximation = new Approximation { KeepCount = 300 },
        };
        AssertSame([rows.Search(request)], [both.Search(request)]);

        // Codes of float rows and of 8-bit rows differ a little; all rows are candidates of both.
        request = request with { Approximation = new Approximation { KeepShare = 1 } };
        SearchResponse expected = int8.Search(request);
        SearchResponse found = both.Search(request with
        {
            Approximation = request.Approximation with { RescoresFrom = ScoreSource.Copy },
        });
        Assert.Equal(expected.Hits.Select(hit => (hit.Id, hit.Score)), found.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal("sign-oporp(128) -> 2,000 of 2,000 rescored from int8", found.Mode);
        Assert.False(found.Exact);
    }

    [Fact]
    public void Requests_that_copies_cannot_answer_are_refused()
    {
        using Retriever none = new RandomItems(20, seed: 5, codes: new EmbeddingCodes(64)).ToRetriever();
        using Retriever copies = new RandomItems(20, seed: 5, copy: RowType.Int8).ToRetriever();
        Refuse(none, new Approximation { By = ScoreSource.Copy }, "with a copy; \"main\" has none");
        Refuse(none, new Approximation { RescoresFrom = ScoreSource.Copy }, "with a copy; \"main\" has none");
        Refuse(copies, new Approximation { By = ScoreSource.Codes }, "with codes; \"main\" has none");
        Refuse(copies, new Approximation { By = ScoreSource.Rows }, "By: expected Codes or Copy; found Rows");
        Refuse(copies, new Approximation { RescoresFrom = ScoreSource.Copy }, "RescoresFrom: expected Rows");
        Refuse(none, new Approximation { RescoresFrom = ScoreSource.Codes }, "RescoresFrom: expected Rows or Copy");
        Refuse(copies, new Approximation { IsAsymmetric = true }, "IsAsymmetric: expected it of codes");

        static void Refuse(Retriever retriever, Approximation wrong, string part) => Assert.Contains(
            part,
            Assert.Throws<ArgumentException>(() => retriever.Search(
                new SearchRequest { Items = ["item-1"], Approximation = wrong })).Message,
            StringComparison.Ordinal);
    }

    internal static SearchRequest Request(CopiedItems items, int i) => new()
    {
        Embeddings = i % 6 == 5
            ? [new EmbeddingQuery("main", items.Vector(items.Dim), -0.5f), new EmbeddingQuery("side", items.Vector(3), 2)]
            : [new EmbeddingQuery("main", items.Vector(items.Dim), i % 4 == 0 ? 1.5f : 1)],
        K = 1 + (3 * i),
        Filter = i % 3 == 0 ? Filter.Parse($"price < {20 + (5 * i)}") : null,
        ScoreMin = i % 4 == 1 ? 0.3f : i % 4 == 2 ? -0.6f : null,
        GroupBy = i % 5 == 0 ? new GroupBy("shop", 1 + (i % 3)) : null,
    };

    internal static void AssertSame(ImmutableArray<SearchResponse> expected, ImmutableArray<SearchResponse> found)
    {
        foreach ((SearchResponse rows, SearchResponse copies) in expected.Zip(found))
        {
            Assert.Equal(
                rows.Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))),
                copies.Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))));
            Assert.Equal((rows.Exact, rows.RowsPassed), (copies.Exact, copies.RowsPassed));
        }
    }
}
