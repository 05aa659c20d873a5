using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Engine.Scan;
using Linr.Kernels.Scan;

namespace Linr.Tests.Engine.Batching;

public sealed class VectorBatcherTests
{
    private static readonly RandomItems s_items = new(3_000, seed: 11);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Each_caller_gets_the_bits_of_a_search_alone(int concurrentBatches)
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        using var batcher = new VectorBatcher(
            retriever, new BatchOptions { QueriesMax = 16, ConcurrentBatches = concurrentBatches });
        using RowSearcher alone = retriever.CreateRowSearcher();
        float[][] vectors = [.. Enumerable.Range(0, 100).Select(Vector)];
        ScanHit[][] hits = [.. vectors.Select((_, i) => new ScanHit[1 + (i * 7 % 60)])];
        int[] counts = await Task.WhenAll(
            vectors.Select((vector, i) => batcher.SearchAsync(vector, hits[i]).AsTask()));
        for (int i = 0; i < vectors.Length; i++)
        {
            alone.Begin(1);
            vectors[i].CopyTo(alone.Query(0));
            alone.Search(hits[i].Length);
            Assert.Equal(alone.Hits(0).ToArray(), hits[i].AsSpan(0, counts[i]).ToArray());
        }

        Assert.Equal(100, batcher.Counters.Scanned);
        Assert.InRange(batcher.Counters.Batches, 7, 100);
    }

    [Fact]
    public async Task Low_scores_are_left_out_of_one_answer_alone()
    {
        using Retriever retriever = s_items.ToRetriever();
        using var batcher = new VectorBatcher(retriever, embedding: "main");
        var strict = new ScanHit[3_000];
        var lax = new ScanHit[3_000];
        Task<int> few = batcher.SearchAsync(Vector(1), strict, scoreMin: 0.5f).AsTask();
        Task<int> all = batcher.SearchAsync(Vector(1), lax).AsTask();
        int fewCount = await few;
        Assert.Equal(3_000, await all);
        Assert.Equal(lax.TakeWhile(hit => hit.Score >= 0.5f), strict.Take(fewCount));
        Assert.InRange(fewCount, 1, 2_999);
    }

    [Fact]
    public void What_is_wrong_with_a_search_is_said_before_it_waits()
    {
        using Retriever retriever = s_items.ToRetriever();
        using var batcher = new VectorBatcher(retriever);
        var hits = new ScanHit[1];
        Assert.Throws<ArgumentException>("vector", () => { _ = batcher.SearchAsync(new float[3], hits).AsTask(); });
        Assert.Throws<ArgumentException>("hits", () => { _ = batcher.SearchAsync(Vector(1), default).AsTask(); });
        Assert.Throws<ArgumentException>(
            "scoreMin", () => { _ = batcher.SearchAsync(Vector(1), hits, scoreMin: float.NaN).AsTask(); });
        Assert.Throws<ArgumentException>(
            "timeout", () => { _ = batcher.SearchAsync(Vector(1), hits, timeout: TimeSpan.FromTicks(-1)).AsTask(); });
        foreach (float wrong in new[] { float.NaN, float.PositiveInfinity, 2 * Limits.NormMax })
        {
            float[] vector = Vector(1);
            vector[5] = wrong;
            Assert.Throws<ArgumentException>("vector", () => { _ = batcher.SearchAsync(vector, hits).AsTask(); });
        }

        Assert.Equal(default, batcher.Counters);
    }

    [Fact]
    public void A_model_without_that_embedding_is_refused()
    {
        using Retriever retriever = s_items.ToRetriever();
        Assert.Throws<ArgumentException>(() => new VectorBatcher(retriever, embedding: "other"));
    }

    internal static float[] Vector(int seed) => RandomItems.RandomVector(new Random(seed), RandomItems.Dim);
}
