using System.Globalization;
using Linr.Engine;

namespace Linr.Tests.Engine.Store;

/// <summary>
/// A store and plain dictionaries live through the same random operations, and have the same items always.
/// </summary>
public sealed class StoreModelTests
{
    private static readonly int s_operations =
        int.Parse(Environment.GetEnvironmentVariable("LINR_OPERATIONS") ?? "20000", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(EngineDevice.Cpu, IdKind.Integer, 1)]
    [InlineData(EngineDevice.Cpu, IdKind.Text, 2)]
    [InlineData(EngineDevice.Cpu, IdKind.Guid, 3)]
    [InlineData(EngineDevice.Cpu, IdKind.Integer, 4)]
    public async Task Any_operations_leave_what_dictionaries_have(EngineDevice device, IdKind kind, int seed)
    {
        using var run = new StoreRun(device, kind, seed);
        await run.RunAsync(s_operations / 4);
        Assert.All(
            ["change", "comparison", "compaction", "crash", "push", "restart", "search", "snapshot"],
            what => Assert.True(run.Done.GetValueOrDefault(what) > 0, what));
    }
}
