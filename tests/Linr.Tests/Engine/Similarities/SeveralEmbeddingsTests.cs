using Linr.Engine;

namespace Linr.Tests.Engine.Similarities;

/// <summary>A similarity that reads several embeddings: each way of giving a query gives it all of them.</summary>
public sealed class SeveralEmbeddingsTests
{
    private static readonly SeveralEmbeddings s_model = new();

    [Fact]
    public void Vectors_of_each_embedding_are_read()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"));
        using var retriever = Retriever.Open(folder.File("m"));
        (float[] first, float[] second) =
            (s_model.Weights(SeveralEmbeddings.FirstDim), s_model.Weights(SeveralEmbeddings.SecondDim));
        SearchRequest request = new()
        {
            Embeddings = [new EmbeddingQuery("second", second), new EmbeddingQuery("first", first)],
            Similarity = "both",
            K = SeveralEmbeddings.Count,
            Explain = true,
        };
        SearchResponse response = retriever.Search(request);
        AssertLogits(s_model.Logits(first, second), response);
        Assert.Equal("first + second, given", response.Explanation!.Stages[0].Detail);

        // A first stage is by the first embedding that the similarity reads.
        SearchResponse staged = retriever.Search(request with { FirstStage = 40, K = 10 });
        Assert.Equal("first -> 40 of 300 by both", staged.Mode);
        HashSet<ItemId> chosen = [.. retriever.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("first", first)], K = 40,
        }).Hits.Select(hit => hit.Id)];
        Assert.Equal(
            response.Hits.Where(hit => chosen.Contains(hit.Id)).Take(10).Select(hit => (hit.Id, hit.Score)),
            staged.Hits.Select(hit => (hit.Id, hit.Score)));
    }

    [Fact]
    public void Format_1_has_similarities_of_several_embeddings()
    {
        using var folder = new TemporaryFolder();
        const string name = "format-1-several.linr";
        var model = new SeveralEmbeddings();
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            model.Write(Path.Combine(write, name));
        }

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", name);
        model.Write(folder.File("built"));
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("built")));
        using var retriever = Retriever.Open(golden);
        SearchResponse response = retriever.Search(new SearchRequest
        {
            History = [3], Similarity = "both", K = SeveralEmbeddings.Count, IncludeSeen = true,
        });
        AssertLogits(
            model.Logits(SeveralEmbeddings.Normalise(model.First[3]), SeveralEmbeddings.Normalise(model.Second[3])), response);
    }

    [Theory]
    [InlineData(new long[] { 5, 9, 2 })]
    [InlineData(new long[] { 7 })]
    [InlineData(new long[0])]
    [InlineData(new long[] { 1, 2, 3, 4, 5, 6 })]
    public void A_history_goes_through_the_tower_of_each_embedding(long[] history)
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"));
        using var retriever = Retriever.Open(folder.File("m"));
        SearchRequest request = new()
        {
            History = [.. history.Select(id => (ItemId)id)], Similarity = "both", K = SeveralEmbeddings.Count, IncludeSeen = true,
        };

        // Towers read the latest four.
        long[] read = [.. history.TakeLast(4)];
        float[] first = SeveralEmbeddings.Normalise(Mean(read, s_model.First, SeveralEmbeddings.FirstDim));
        float[] second = read.Length == 0
            ? s_model.Otherwise
            : SeveralEmbeddings.Normalise(Mean(read, s_model.Second, SeveralEmbeddings.SecondDim));
        AssertLogits(s_model.Logits(first, second), retriever.Search(request));

        // A batch with requests that need one tower, or none, gives each what it gets alone.
        SearchRequest[] batch =
        [
            request with { Similarity = null }, request, request with { K = 3 },
            new() { Items = [4, 8], Similarity = "both", K = 5 },
        ];
        SearchResponse[] together = [.. retriever.SearchBatch(batch)];
        for (int i = 0; i < batch.Length; i++)
        {
            Assert.Equal(
                retriever.Search(batch[i]).Hits.Select(hit => (hit.Id, hit.Score)),
                together[i].Hits.Select(hit => (hit.Id, hit.Score)));
        }
    }

    [Fact]
    public void Items_are_the_mean_of_each_embedding()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"));
        using var retriever = Retriever.Open(folder.File("m"));
        SearchResponse response = retriever.Search(new SearchRequest
        {
            Items = [4, 8], Similarity = "both", K = SeveralEmbeddings.Count, IncludeSeen = true,
        });
        float[] MeanOf(float[][] rows) => Mean([0, 1], [SeveralEmbeddings.Normalise(rows[4]), SeveralEmbeddings.Normalise(rows[8])], rows[0].Length);
        AssertLogits(s_model.Logits(MeanOf(s_model.First), MeanOf(s_model.Second)), response);
    }

    [Fact]
    public void Queries_that_lack_an_embedding_are_refused()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"), hasSecondTower: false);
        using var retriever = Retriever.Open(folder.File("m"));
        Refuse(
            new SearchRequest { Embeddings = [new EmbeddingQuery("first", new float[3])], Similarity = "both" },
            "Similarity: expected a query of each of \"first\", \"second\" for \"both\"; found \"first\".");
        Refuse(
            new SearchRequest { History = [1], Similarity = "both" },
            "Similarity: \"both\" reads \"second\", for which the model has no query tower; "
            + "expected Embeddings of \"first\", \"second\", or Items.");

        void Refuse(SearchRequest wrong, string part) => Assert.Contains(
            part, Assert.Throws<ArgumentException>(() => retriever.Search(wrong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_tower_serves_searches_without_a_similarity()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"));
        using var retriever = Retriever.Open(folder.File("m"));
        Assert.True(retriever.HasQueryTower);
        Assert.Equal(["first", "second"], retriever.Layers.Towers.Select(tower => tower.Embedding));
        SearchResponse response = retriever.Search(new SearchRequest { History = [3], K = 1, IncludeSeen = true });
        Assert.Equal(3, response.Hits[0].Id.Integer);
        Assert.Equal(1, response.Hits[0].Score, 1e-5);
    }

    private static float[] Mean(long[] items, float[][] rows, int dim)
        => [.. Enumerable.Range(0, dim).Select(d => items.Length == 0 ? 0 : items.Average(item => rows[item][d]))];

    private static void AssertLogits(double[] expected, SearchResponse found)
    {
        Assert.Equal(expected.Length, found.Hits.Count);
        Assert.All(found.Hits, hit => Assert.Equal(
            expected[hit.Id.Integer], hit.Score, 1e-4 * (1 + Math.Abs(hit.Score))));
    }
}
