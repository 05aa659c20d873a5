using Linr.Cuda;
using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Engine.Device;

/// <summary>Counts the managed bytes of the whole process, and what it holds of the device.</summary>
[Collection(Alone.Name)]
public sealed class DeviceBatcherAllocationTests(CudaMachine machine) : CudaTest(machine), IClassFixture<CudaMachine>
{
    private const int Rounds = 12;
    private const int K = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_warm_search_on_a_device_allocates_nothing_on_either_side(int concurrentBatches)
    {
        using Retriever cuda = DeviceBatcherTests.ToCuda(new RandomItems(300, seed: 22));
        using var batcher = new VectorBatcher(
            cuda, new BatchOptions { QueriesMax = 4, ConcurrentBatches = concurrentBatches });
        float[][] vectors = [.. Enumerable.Range(0, 12).Select(DeviceBatcherTests.Vector)];
        ScanHit[][] hits = [.. vectors.Select(_ => new ScanHit[K])];
        var answers = new List<ValueTask<int>>(vectors.Length);
        long least = long.MaxValue;
        int found = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // What the runtime itself allocates now and then is not in every round; a search's bytes would be. With
            // several lanes a round may have the first batch of its size, for which a graph is made.
            string onDevice = CudaOwners.Describe();
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < vectors.Length; i++)
            {
#pragma warning disable CA2012 // Each is awaited once, below; tasks would allocate.
                answers.Add(batcher.SearchAsync(vectors[i], hits[i]));
#pragma warning restore CA2012
            }

            foreach (ValueTask<int> answer in answers)
            {
                found += await answer;
            }

            answers.Clear();
            long bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
            least = CudaOwners.Describe() == onDevice ? Math.Min(least, bytes) : least;
        }

        Assert.Equal(0, least);
        Assert.Equal(Rounds * vectors.Length * K, found);
    }
}
