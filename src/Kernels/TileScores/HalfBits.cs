using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <summary>
/// Half to float on vectors. .NET exposes no conversion instruction, so the bits move: sign-extended to 32 bits and
/// shifted by 13 a half has its sign, exponent and mantissa where a float has them, and 2^112 corrects the bias of the
/// exponent, subnormals included. Infinities and NaN do not occur in rows.
/// </summary>
internal static class HalfBits
{
    private const int Shift = 13;
    private const int Kept = unchecked((int)0x8FFF_E000);
    private const float BiasCorrection = 5.192296858534828e33f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToSingle(Vector128<int> halves)
        => ((halves << Shift) & Vector128.Create(Kept)).AsSingle() * Vector128.Create(BiasCorrection);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(Vector256<int> halves)
        => ((halves << Shift) & Vector256.Create(Kept)).AsSingle() * Vector256.Create(BiasCorrection);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToSingle(Vector512<int> halves)
        => ((halves << Shift) & Vector512.Create(Kept)).AsSingle() * Vector512.Create(BiasCorrection);
}
