using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>Rows of bfloats, the upper halves of floats, by even and odd position.</summary>
internal readonly unsafe struct BFloatRows : IRowSource
{
    public static int ElementBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(ushort);
    }

    public static int MissingExponent => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TLanes, TVector>(byte* step, out TVector first, out TVector second)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.LoadBFloats((ushort*)step, out first, out second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd<TLanes, TVector>(
        byte* step, TVector first, TVector second, ref TVector firstSums, ref TVector secondSums)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        TLanes.LoadBFloats((ushort*)step, out TVector even, out TVector odd);
        firstSums = TLanes.MultiplyAdd(even, first, firstSums);
        secondSums = TLanes.MultiplyAdd(odd, second, secondSums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TLanes, TVector>(byte* elements)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.WidenBFloats((ushort*)elements);

    public static float Element(byte* row, int d) => BFloats.Widen(((ushort*)row)[d]);
}
