using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests;

public sealed class MachineLimitsTests
{
    [Fact]
    public void Both_limits_are_positive_and_finite_on_one_and_more_threads()
    {
        using NativeBuffer memory = new(8 << 20);
        using ScanWorkers workers = new(2);
        foreach (ScanWorkers? helpers in (ScanWorkers?[])[null, workers])
        {
            Assert.InRange(MachineLimits.ReadBytesPerSecond(memory.Slice<byte>(), helpers), 1, 1e15);
            Assert.InRange(MachineLimits.MultiplyAddFlopsPerSecond(helpers), 1, 1e15);
        }
    }

    [Fact]
    public void Memory_shorter_than_a_piece_is_refused()
    {
        using NativeBuffer memory = new(1000);
        Assert.Throws<ArgumentException>(() => MachineLimits.ReadBytesPerSecond(memory.Slice<byte>()));
    }
}
