using Linr.Engine;
using Linr.Engine.Live;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Memory;
using Linr.Tests.Engine.Towers;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Resident;

/// <summary>Memory by owner: what there is, and what the header of a file tells of it before.</summary>
[Collection(Alone.Name)]
public sealed class MemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(IdKind.Integer, 0, 0, false)]
    [InlineData(IdKind.Integer, 70_000, 0, false)]
    [InlineData(IdKind.Guid, 1_000, 200_000, false)]
    [InlineData(IdKind.Guid, 140_000, 0, true)]
    [InlineData(IdKind.Text, 40_000, 0, false)]
    [InlineData(IdKind.Text, 131_072, 300_000, true)]
    public void An_estimate_is_near_what_is_then_there(IdKind kind, int count, long capacity, bool copyRows)
    {
        string path = _folder.File("model.linr");
        using (ItemTable items = LiveItems.Build(kind, count))
        {
            ModelWriter.Write(path, new ModelContents { Items = items });
        }

        MemoryUse estimate = ModelMemory.Estimate(path, capacity, copyRows);
        long before = NativeBuffer.LiveBytes;
        using Retriever retriever = Open(path, capacity, copyRows);
        MemoryUse found = retriever.Memory;
        AssertNear(NativeBuffer.LiveBytes - before, found.HostBytes);
        AssertNear(found.HostBytes, estimate.HostBytes);
        AssertNear(found.TotalHostBytes, estimate.TotalHostBytes);
        Assert.Equal(found.MappedBytes, estimate.MappedBytes);
        Assert.InRange(found.MappedBytes, 0, new FileInfo(path).Length);
        Assert.Equal(0, found.DeviceBytes);
        Assert.Equal(
            found.Owners.Where(one => one.HostBytes > 0).Select(one => one.Owner).Order(),
            estimate.Owners.Where(one => one.HostBytes > 0).Select(one => one.Owner).Order());
        foreach (OwnedMemory one in found.Owners.Where(one => one.HostBytes > 1_000_000))
        {
            long told = estimate.Owners.Single(other => other.Owner == one.Owner).HostBytes;
            Assert.True(Math.Abs(told - one.HostBytes) < one.HostBytes / 4, $"{one}: estimated {told}.");
        }
    }

    [Fact]
    public void A_trained_model_has_weights()
    {
        string path = _folder.File("model.linr");
        new TowerModel(40, 1).Write(path);
        MemoryUse estimate = ModelMemory.Estimate(path);
        using Retriever retriever = Open(path, 0, copyRows: false);
        MemoryUse found = retriever.Memory;
        AssertNear(found.TotalHostBytes, estimate.TotalHostBytes);
        Assert.InRange(found.Owners.Single(one => one.Owner == "weights").MappedBytes, 1, found.MappedBytes);
        Assert.Contains(found.Owners, one => one.Owner == "embedding default");
    }

    [Fact]
    public void What_items_add_is_counted_and_a_fixed_table_has_no_more_than_its_file()
    {
        string path = _folder.File("model.linr");
        using (ItemTable items = LiveItems.Build(IdKind.Integer, 100))
        {
            ModelWriter.Write(path, new ModelContents { Items = items });
        }

        using (var fixedItems = Retriever.Open(path))
        {
            Assert.InRange(fixedItems.Memory.HostBytes, 0, 500_000);
            Assert.DoesNotContain(fixedItems.Memory.Owners, one => one.Owner == "live rows");
        }

        using Retriever retriever = Open(path, 0, copyRows: false);
        long before = retriever.Memory.HostBytes;
        foreach (int[] set in Enumerable.Range(100, Limits.BlockRows).Chunk(5_000))
        {
            retriever.Apply([.. set.Select(id => ItemChange.Upsert(LiveItems.Of(id, id)))]);
        }

        Assert.True(retriever.Memory.HostBytes > 1.5 * before, $"{before} -> {retriever.Memory.HostBytes}");
    }

    private static Retriever Open(string path, long capacity, bool copyRows) => Retriever.Open(path, new RetrieverOptions
    {
        Device = EngineDevice.Cpu,
        Threads = 1,
        CopyRows = copyRows,
        Live = new LiveOptions { Capacity = capacity },
    });

    private static void AssertNear(long expected, long found)
        => Assert.True(Math.Abs(found - expected) <= expected / 10, $"Expected near {expected}; found {found}.");
}
