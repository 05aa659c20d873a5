using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <summary>Four scores of a small batch that lie apart.</summary>
internal static unsafe class FourScores
{
    /// <summary>Four numbers that lie <paramref name="apart"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* first, nint apart)
        => Vector128.Create(first[0], first[apart], first[2 * apart], first[3 * apart]);

    /// <summary>Writes four scores, or adds them to those that are there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(Vector128<float> scores, nint apart, bool add, float* first)
    {
        if (add)
        {
            scores += Load(first, apart);
        }

        first[0] = scores[0];
        first[apart] = scores[1];
        first[2 * apart] = scores[2];
        first[3 * apart] = scores[3];
    }
}
