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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TLanes, TVector>(byte* step, out TVector first, out TVector second)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.LoadBFloats((ushort*)step, out first, out second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TLanes, TVector>(byte* elements)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.WidenBFloats((ushort*)elements);

    public static float Element(byte* row, int d) => BFloats.Widen(((ushort*)row)[d]);
}
