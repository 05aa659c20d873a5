using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>How many elements of a row a panel takes at a time.</summary>
internal unsafe interface IPanelStep
{
    /// <summary>1 or 2.</summary>
    static abstract int Elements { get; }

    /// <summary>The elements at <paramref name="row"/> in every lane, or in every pair of lanes.</summary>
    static abstract TVector Broadcast<TLanes, TVector>(float* row)
        where TLanes : ILanes<TVector>
        where TVector : struct;
}

/// <summary>One: a lane is a query.</summary>
internal readonly unsafe struct OneElement : IPanelStep
{
    public static int Elements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Broadcast<TLanes, TVector>(float* row)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.Broadcast(*row);
}

/// <summary>Two: a pair of lanes is a query, its sums of the even and of the odd elements.</summary>
internal readonly unsafe struct TwoElements : IPanelStep
{
    public static int Elements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Broadcast<TLanes, TVector>(float* row)
        where TLanes : ILanes<TVector>
        where TVector : struct
        => TLanes.BroadcastPair(row);
}
