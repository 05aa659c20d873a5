using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Kernels.Scan;

namespace Linr.Tests.Engine.Live;

/// <summary>
/// Searches by vectors, of many callers at once, of items that change. Alone: bytes of the process are counted.
/// </summary>
[Collection(Alone.Name)]
public sealed class LiveVectorBatcherTests
{
    [Theory]
    [InlineData(IdKind.Integer, 1)]
    [InlineData(IdKind.Guid, 2)]
    [InlineData(IdKind.Text, 3)]
    public Task Each_caller_gets_the_ids_and_bits_of_a_search_alone(IdKind kind, int concurrentBatches)
        => LiveVectorBatches.Compare(kind, EngineDevice.Cpu, concurrentBatches);

    [Fact]
    public Task Each_batch_has_one_state_and_keeps_no_rows_afterwards()
        => LiveVectorBatches.SearchWhileItemsChange(EngineDevice.Cpu, 300);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_warm_search_allocates_nothing(int concurrentBatches)
        => Assert.Equal(0, await LiveVectorBatches.AllocatedBytes(EngineDevice.Cpu, concurrentBatches));

    [Fact]
    public void Rows_alone_are_refused()
    {
        using Retriever retriever = LiveVectorBatches.Open(IdKind.Integer, 3, EngineDevice.Cpu);
        using var batcher = new VectorBatcher(retriever);
        foreach (int room in (int[])[0, 2])
        {
            Assert.Contains(
                $"Expected room for as many ids as hits, 3; found {room}.",
                Assert.Throws<ArgumentException>("ids", () =>
                {
                    _ = batcher.SearchAsync(new float[4], new ScanHit[3], new ItemId[room]).AsTask();
                }).Message,
                StringComparison.Ordinal);
        }
    }
}
