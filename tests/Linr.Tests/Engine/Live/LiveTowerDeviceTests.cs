using Linr.Engine;
using Linr.Engine.Live;
using Linr.Kernels.Tests.Cuda;
using Linr.Tests.Engine.Towers;

namespace Linr.Tests.Engine.Live;

public sealed class LiveTowerDeviceTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void An_item_tower_on_a_device_embeds_what_comes()
    {
        using var file = new TowerFile();
        using var cpu = Retriever.Open(file.Path, Options(EngineDevice.Cpu));
        using var cuda = Retriever.Open(file.Path, Options(EngineDevice.Cuda));
        ItemChange[] changes =
        [
            .. file.Random.Items(40).Select(item => ItemChange.Upsert(item with { Id = item.Id.Integer + 1_000 })),
            ItemChange.Update(new Item { Id = 1_007, Fields = new Dictionary<string, IReadOnlyList<Value>> { ["size"] = [3.5] } }),
        ];
        Assert.Equal(cpu.Apply(changes), cuda.Apply(changes));
        for (long id = 1_000; id < 1_040; id++)
        {
            Assert.All(
                cpu.Get(id)!.Embeddings["default"].ToArray().Zip(cuda.Get(id)!.Embeddings["default"].ToArray()),
                pair => Assert.InRange(pair.Second, pair.First - 1e-5f, pair.First + 1e-5f));
        }

        // One by one they are the same as all at once: the log brings them back to the bit.
        using var again = Retriever.Open(file.Path, Options(EngineDevice.Cuda));
        foreach (ItemChange change in changes)
        {
            again.Apply(change);
        }

        Assert.Equal(Bits(cuda), Bits(again));

        // The state is the same on a processor, whatever the last bits of what was made of it.
        Assert.Equal(cuda.StateHash(), again.StateHash());
        Assert.Equal(cuda.StateHash(), cpu.StateHash());

        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("default", cpu.Get(1_011)!.Embeddings["default"])], K = 50, Explain = true,
        };
        SearchResponse found = cuda.Search(request);
        Assert.Equal(cpu.Search(request).Hits.Select(hit => hit.Id), found.Hits.Select(hit => hit.Id));
        Assert.Equal(cuda.Engine, found.Explanation!.Engine);
        Assert.Contains(found.Hits, hit => hit.Id == 1_011);
    }

    private static int[] Bits(Retriever retriever)
        => [.. Enumerable.Range(1_000, 40).SelectMany(id => retriever.Get(id)!.Embeddings["default"].ToArray())
            .Select(BitConverter.SingleToInt32Bits)];

    private static RetrieverOptions Options(EngineDevice device) => new() { Device = device, Threads = 1, Live = new LiveOptions() };
}
