using System.Collections.Immutable;
using CsCheck;
using Linr.Engine;
using Linr.Engine.Similarities;
using Linr.Filters;

namespace Linr.Tests.Engine.Similarities;

/// <summary>Searches by similarities that are written in C#.</summary>
public sealed class CustomSimilarityTests
{
    [Fact]
    public void A_class_that_computes_the_dot_product_gives_the_answers_of_the_dot_product()
        => Gen.Select(Gen.Int[0, 1 << 30], Gen.Int[1, 700], Gen.Int[1, 3]).Sample(
            (seed, count, threads) =>
            {
                var items = new RandomItems(count, seed);
                using Retriever retriever = Open(items, threads, new Plain("twin", "side"));
                SearchRequest[] requests = [.. Enumerable.Range(0, 6).Select(i => Request(new Random(seed + i)))];
                ImmutableArray<SearchResponse> expected = retriever.SearchBatch(requests);
                ImmutableArray<SearchResponse> found = retriever.SearchBatch(
                    [.. requests.Select(request => request with { Similarity = "twin" })]);
                foreach ((SearchResponse one, SearchResponse other) in expected.Zip(found))
                {
                    Assert.Equal(one.Hits.Select(hit => (hit.Id, hit.Score)), other.Hits.Select(hit => (hit.Id, hit.Score)));
                    Assert.Equal((one.RowsPassed, true, "twin"), (other.RowsPassed, other.Exact, other.Mode));
                }
            },
            iter: 60,
            threads: 1);

    [Fact]
    public void Rows_of_every_type_come_as_floats_and_those_of_cosine_at_norm_1()
    {
        foreach (RowType type in (RowType[])[RowType.Float32, RowType.Float16, RowType.BFloat16, RowType.Int8])
        {
            var items = new RandomItems(300, seed: 4, rowType: type);
            using Retriever retriever = Open(items, 2, new Plain("twin", "main"));
            var request = new SearchRequest { Embeddings = [Query("main", new Random(1), RandomItems.Dim)], K = 300 };
            Dictionary<ItemId, float> expected =
                retriever.Search(request).Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
            HitList found = retriever.Search(request with { Similarity = "twin" }).Hits;
            Assert.Equal(300, found.Count);
            Assert.All(found, hit => Assert.Equal(expected[hit.Id], hit.Score, 2e-6f));
        }
    }

    [Fact]
    public void A_Hadamard_MLP_as_a_class_scores_as_the_model_does()
    {
        using var folder = new TemporaryFolder();
        var model = new SimilarityModel(900);
        model.Write(folder.File("m"));
        var options = new RetrieverOptions { Threads = 2, Similarities = [new Hadamard(model)] };
        using var retriever = Retriever.Open(folder.File("m"), options);
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", model.Weights(SimilarityModel.Dim))],
            K = 900,
            Filter = Filter.Parse("shop in ('shop 1', 'shop 4')"),
            Similarity = "hadamard",
        };
        Dictionary<ItemId, float> expected = retriever.Search(request).Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
        HitList found = retriever.Search(request with { Similarity = "by class" }).Hits;
        Assert.Equal(expected.Count, found.Count);
        Assert.All(found, hit => Assert.Equal(expected[hit.Id], hit.Score, 1e-5f * (1 + MathF.Abs(hit.Score))));
    }

    [Fact]
    public void It_may_read_several_embeddings_of_an_item()
    {
        var items = new RandomItems(200, seed: 6);
        using Retriever retriever = Open(items, 2, new Plain("both", "side", "side", "main"));
        var request = new SearchRequest
        {
            Embeddings = [Query("side", new Random(2), RandomItems.SideDim)], K = 200, Similarity = "both",
        };
        foreach (Hit hit in retriever.Search(request).Hits)
        {
            Item item = items.Items.First(one => one.Id == hit.Id);
            Assert.Equal(
                Plain.Dot(request.Embeddings[0].Vector.Span, item.Embeddings["side"].Span)
                    + Plain.Unit(item.Embeddings["main"].Span)[0],
                hit.Score,
                1e-6f);
        }
    }

    [Fact]
    public void A_first_stage_chooses_by_the_embedding_and_the_answer_says_so()
    {
        var items = new RandomItems(500, seed: 8);
        using Retriever retriever = Open(items, 2, new Minus());
        var request = new SearchRequest { Embeddings = [Query("side", new Random(3), RandomItems.SideDim)], K = 5 };
        HitList best = retriever.Search(request with { K = 40 }).Hits;
        SearchResponse found = retriever.Search(request with { Similarity = "minus", FirstStage = 40 });
        Assert.Equal(best.Reverse().Take(5).Select(hit => hit.Id), found.Hits.Select(hit => hit.Id));
        Assert.Equal(("side -> 40 of 500 by minus", false, 40L), (found.Mode, found.Exact, found.RowsRescored));
        Assert.True(retriever.Search(request with { Similarity = "minus", FirstStage = 500 }).Exact);
    }

    [Fact]
    public void What_it_throws_and_what_is_no_number_becomes_an_error_with_its_name()
    {
        var items = new RandomItems(300, seed: 9);
        using Retriever retriever = Open(
            items, 3, new Faulty("throws", (_, _) => throw new DivideByZeroException("by nought")),
            new Faulty("nan", (tile, scores) => scores.Fill(float.NaN)),
            new Faulty("infinite", (tile, scores) => scores.Fill(float.PositiveInfinity)),
            new Faulty("idle", (_, _) => { }),
            new Plain("sound", "side"));
        var request = new SearchRequest { Embeddings = [Query("side", new Random(3), RandomItems.SideDim)], K = 5 };
        foreach ((string name, string problem) in (ReadOnlySpan<(string, string)>)
            [
                ("throws", "it threw DivideByZeroException: by nought"), ("nan", "expected finite scores; found NaN for item item-"),
                ("infinite", "expected finite scores; found Infinity"), ("idle", "expected finite scores; found NaN for item item-"),
            ])
        {
            SimilarityException error = Assert.Throws<SimilarityException>(
                () => retriever.Search(request with { Similarity = name }));
            Assert.StartsWith($"Similarity \"{name}\": {problem}", error.Message, StringComparison.Ordinal);
            Assert.Throws<SimilarityException>(() => retriever.Search(request with { Similarity = name, FirstStage = 7 }));
            Assert.Equal(5, retriever.Search(request with { Similarity = "sound" }).Hits.Count);
        }
    }

    [Fact]
    public void A_similarity_that_does_not_fit_the_model_is_refused_when_it_is_opened()
    {
        foreach ((CustomSimilarity[] similarities, string problem) in new (CustomSimilarity[], string)[]
            {
                ([new Plain("a", "none")], "\"a\": expected one of main, side as its query's embedding; found \"none\""),
                ([new Plain("a", "side", "x")], "\"a\": expected one of main, side as an item's embedding; found \"x\""),
                ([new Plain("a", "side"), new Plain("a", "main")], "\"a\": expected a name of its own"),
                ([new Narrow()], "narrow takes 3 numbers"),
            })
        {
            ArgumentException error = Assert.Throws<ArgumentException>(
                () => Open(new RandomItems(3, seed: 1), 1, similarities));
            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        }

        using Retriever retriever = Open(new RandomItems(3, seed: 1), 1, new Plain("a", "side"));
        var request = new SearchRequest { Embeddings = [Query("main", new Random(3), RandomItems.Dim)], Similarity = "a" };
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => retriever.Search(request));
        Assert.Contains("expected a query of the embedding \"side\" for \"a\"; found \"main\"", wrong.Message, StringComparison.Ordinal);
        wrong = Assert.Throws<ArgumentException>(() => retriever.Search(request with { Similarity = "b" }));
        Assert.Contains("expected one of the model's (a); found \"b\"", wrong.Message, StringComparison.Ordinal);
    }

    private static Retriever Open(RandomItems items, int threads, params CustomSimilarity[] similarities)
        => Retriever.Over(
            items.ToTable(), "test", new RetrieverOptions { Threads = threads, Similarities = [.. similarities] });

    private static EmbeddingQuery Query(string embedding, Random random, int dim)
        => new(embedding, RandomItems.RandomVector(random, dim));

    private static SearchRequest Request(Random random) => new()
    {
        Embeddings = [Query("side", random, RandomItems.SideDim)],
        K = random.Next(1, 40),
        Filter = random.Next(3) == 0 ? Filter.Parse("size < 50 and colour != 'red'") : null,
        GroupBy = random.Next(3) == 0 ? new GroupBy("colour", random.Next(1, 4)) : null,
        ScoreMin = random.Next(3) == 0 ? random.NextSingle() - 0.5f : null,
    };

    private sealed class Hadamard(SimilarityModel model) : CustomSimilarity("by class", "main", "main.hadamard")
    {
        public override int PreparedWidth(int queryDim, ImmutableArray<int> itemDims) => itemDims[0];

        public override void Prepare(ReadOnlySpan<float> query, Span<float> prepared)
            => model.Head("hadamard.query", query.ToArray(), relu: true).CopyTo(prepared);

        public override void Score(ReadOnlySpan<float> query, ItemTile items, Span<float> scores)
        {
            for (int item = 0; item < items.Count; item++)
            {
                scores[item] = (float)model.Hadamard.Reference(query, items[item]);
            }
        }
    }

    private sealed class Minus() : CustomSimilarity("minus", "side")
    {
        public override void Score(ReadOnlySpan<float> query, ItemTile items, Span<float> scores)
        {
            for (int item = 0; item < items.Count; item++)
            {
                scores[item] = -Plain.Dot(query, items[item]);
            }
        }
    }

    private delegate void ScoreTile(ItemTile items, Span<float> scores);

    private sealed class Faulty(string name, ScoreTile score) : CustomSimilarity(name, "side")
    {
        public override void Score(ReadOnlySpan<float> query, ItemTile items, Span<float> scores) => score(items, scores);
    }

    private sealed class Narrow() : CustomSimilarity("narrow", "side")
    {
        public override int PreparedWidth(int queryDim, ImmutableArray<int> itemDims)
            => queryDim == 3 ? 3 : throw new ArgumentException($"narrow takes 3 numbers; found {queryDim}.", nameof(queryDim));

        public override void Score(ReadOnlySpan<float> query, ItemTile items, Span<float> scores) => scores.Clear();
    }
}
