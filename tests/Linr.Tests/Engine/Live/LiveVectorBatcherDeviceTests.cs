using Linr.Engine;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Engine.Live;

/// <summary>Searches by vectors, of many callers at once, of items that change, on a device.</summary>
[Collection(Alone.Name)]
public sealed class LiveVectorBatcherDeviceTests(CudaMachine machine) : CudaTest(machine), IClassFixture<CudaMachine>
{
    [Theory]
    [InlineData(IdKind.Integer, 1)]
    [InlineData(IdKind.Text, 2)]
    public Task Each_caller_gets_the_ids_and_bits_of_a_search_alone(IdKind kind, int concurrentBatches)
        => LiveVectorBatches.Compare(kind, EngineDevice.Cuda, concurrentBatches);

    [Fact]
    public Task Each_batch_has_one_state_and_keeps_no_rows_afterwards()
        => LiveVectorBatches.SearchWhileItemsChange(EngineDevice.Cuda, 30);

    [Fact]
    public async Task A_warm_search_allocates_nothing()
        => Assert.Equal(0, await LiveVectorBatches.AllocatedBytes(EngineDevice.Cuda, concurrentBatches: 1));
}
