using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>Rows of floats, elements in order.</summary>
internal readonly unsafe struct SingleRows : IRowSource
{
    public static int ElementBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(float);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TLanes, TVector>(byte* step, out TVector first, out TVector second)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        first = TLanes.Load((float*)step);
        second = TLanes.Load((float*)step + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TLanes, TVector>(byte* elements)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.Load((float*)elements);

    public static float Element(byte* row, int d) => ((float*)row)[d];
}
