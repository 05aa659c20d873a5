using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>Rows of halves, by even and odd position, short of a factor 2^112.</summary>
internal readonly unsafe struct HalfRows : IRowSource
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
        => TLanes.LoadHalves((ushort*)step, out first, out second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TLanes, TVector>(byte* elements)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.Multiply(TLanes.WidenHalves((ushort*)elements), TLanes.Broadcast(HalfBits.MissingFactor));

    public static float Element(byte* row, int d) => (float)((Half*)row)[d];
}
