using System.Runtime.Intrinsics;

namespace Linr.Kernels.Tests;

/// <summary>
/// The suite is run again with instruction sets switched off; LINR_EXPECT_ISA says which one must then be the widest:
/// avx512, avx2, sse or scalar.
/// </summary>
public sealed class InstructionSetTests
{
    [Fact]
    public void The_switch_took()
    {
        string? expected = Environment.GetEnvironmentVariable("LINR_EXPECT_ISA");
        Assert.SkipWhen(string.IsNullOrEmpty(expected), "LINR_EXPECT_ISA is not set.");
        string found = Vector512.IsHardwareAccelerated ? "avx512"
            : Vector256.IsHardwareAccelerated ? "avx2"
            : Vector128.IsHardwareAccelerated ? "sse"
            : "scalar";
        Assert.Equal(expected, found);
    }
}
