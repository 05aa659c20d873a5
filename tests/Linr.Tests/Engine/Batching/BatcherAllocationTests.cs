using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Kernels.Scan;

namespace Linr.Tests.Engine.Batching;

/// <summary>Counts the bytes of the whole process: callers, lanes and continuations.</summary>
[Collection(Alone.Name)]
public sealed class BatcherAllocationTests
{
    private const int Rounds = 8;
    private const int Passes = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_warm_search_by_vector_allocates_nothing(int concurrentBatches)
    {
        using Retriever retriever = new RandomItems(2_000, seed: 5).ToRetriever(threads: 2);
        using var batcher = new VectorBatcher(
            retriever, new BatchOptions { QueriesMax = 8, ConcurrentBatches = concurrentBatches });
        using var cancellation = new CancellationTokenSource();
        float[][] vectors = [.. Enumerable.Range(0, 24).Select(VectorBatcherTests.Vector)];
        ScanHit[][] hits = [.. vectors.Select(_ => new ScanHit[20])];
        var answers = new List<ValueTask<int>>(vectors.Length);
        long least = long.MaxValue;
        long found = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // What the runtime itself allocates now and then is not in every round; a search's bytes would be.
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int pass = 0; pass < Passes; pass++)
            {
                for (int i = 0; i < vectors.Length; i++)
                {
#pragma warning disable CA2012 // Each is awaited once, below; tasks would allocate.
                    answers.Add(batcher.SearchAsync(vectors[i], hits[i], cancellation: cancellation.Token));
#pragma warning restore CA2012
                }

                foreach (ValueTask<int> answer in answers)
                {
                    found += await answer;
                }

                answers.Clear();
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(20L * vectors.Length * Passes * Rounds, found);
    }
}
