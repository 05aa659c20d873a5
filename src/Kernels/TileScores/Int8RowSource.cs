using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>The values of <see cref="Int8Rows"/>, in order and without their scales.</summary>
internal readonly unsafe struct Int8RowSource : IRowSource
{
    public static int ElementBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(sbyte);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TLanes, TVector>(byte* step, out TVector first, out TVector second)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        first = TLanes.WidenBytes((sbyte*)step);
        second = TLanes.WidenBytes((sbyte*)step + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TLanes, TVector>(byte* elements)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.WidenBytes((sbyte*)elements);

    public static float Element(byte* row, int d) => ((sbyte*)row)[d];
}
