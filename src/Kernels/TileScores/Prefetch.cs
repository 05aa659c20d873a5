using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Asks for a line of memory that will be read soon, on x86. Any address will do: none is an error.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Into the first cache and those behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToL1(byte* line)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(line);
        }
    }

    /// <summary>Into the second cache and those behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToL2(byte* line)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(line);
        }
    }
}
