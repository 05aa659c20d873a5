using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <summary>Which vector instructions the kernels run on, in this process.</summary>
public static class InstructionSet
{
    /// <summary>avx512, avx2, vector128 or scalar; the widest that the processor has and the runtime allows.</summary>
    public static string Name { get; } =
        Vector512.IsHardwareAccelerated ? "avx512"
        : Vector256.IsHardwareAccelerated ? "avx2"
        : Vector128.IsHardwareAccelerated ? "vector128"
        : "scalar";
}
