using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Engine.Scan;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Engine.Device;

public sealed class DeviceBatcherTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Batches_on_a_device_give_the_bits_of_the_processor(int concurrentBatches)
    {
        var items = new RandomItems(700, seed: 21);
        using Retriever cpu = items.ToRetriever();
        using Retriever cuda = ToCuda(items);
        using var batcher = new VectorBatcher(
            cuda, new BatchOptions { QueriesMax = 8, ConcurrentBatches = concurrentBatches });
        using RowSearcher alone = cpu.CreateRowSearcher();
        float[][] vectors = [.. Enumerable.Range(0, 30).Select(Vector)];
        ScanHit[][] hits = [.. vectors.Select((_, i) => new ScanHit[1 + (i * 7 % 50)])];
        int[] counts = await Task.WhenAll(
            vectors.Select((vector, i) => batcher.SearchAsync(vector, hits[i]).AsTask()));
        for (int i = 0; i < vectors.Length; i++)
        {
            alone.Begin(1);
            vectors[i].CopyTo(alone.Query(0));
            alone.Search(hits[i].Length);
            Assert.Equal(alone.Hits(0).ToArray(), hits[i].AsSpan(0, counts[i]).ToArray());
        }
    }

    internal static Retriever ToCuda(RandomItems items) => Retriever.Over(
        items.ToTable(), "test", new RetrieverOptions { Threads = 1, Device = EngineDevice.Cuda });

    internal static float[] Vector(int seed) => RandomItems.RandomVector(new Random(seed), RandomItems.Dim);
}
