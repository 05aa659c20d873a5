using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>How the elements of a stored row are loaded as floats.</summary>
internal unsafe interface IRowSource
{
    static abstract TVector Load<TLanes, TVector>(byte* row, nint element)
        where TLanes : ILanes<TVector>
        where TVector : struct;

    static abstract float LoadOne(byte* row, nint element);
}

/// <summary>Rows of floats.</summary>
internal readonly unsafe struct SingleRows : IRowSource
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TLanes, TVector>(byte* row, nint element)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.Load((float*)row + element);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* row, nint element) => ((float*)row)[element];
}

/// <summary>Rows of halves, widened as they are loaded.</summary>
internal readonly unsafe struct HalfRows : IRowSource
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TLanes, TVector>(byte* row, nint element)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.LoadHalves((ushort*)row + element);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* row, nint element) => (float)((Half*)row)[element];
}
