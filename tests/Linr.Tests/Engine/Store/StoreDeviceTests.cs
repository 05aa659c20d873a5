using System.Globalization;
using Linr.Engine;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Engine.Store;

/// <summary>
/// The same random operations where a device searches: few on the emulator, as many as asked for on a GPU.
/// </summary>
public sealed class StoreDeviceTests(CudaMachine machine) : CudaTest(machine)
{
    private static readonly int s_operations =
        int.Parse(Environment.GetEnvironmentVariable("LINR_DEVICE_OPERATIONS") ?? "400", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(IdKind.Integer, 5)]
    [InlineData(IdKind.Text, 6)]
    public async Task Any_operations_leave_what_dictionaries_have(IdKind kind, int seed)
    {
        using var run = new StoreRun(EngineDevice.Cuda, kind, seed);
        await run.RunAsync(s_operations / 2);
        Assert.All(["change", "search"], what => Assert.True(run.Done.GetValueOrDefault(what) > 0, what));
    }
}
