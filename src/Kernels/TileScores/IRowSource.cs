namespace Linr.Kernels;

/// <summary>
/// How a step of a stored row, two vectors of elements, is loaded as floats. Packed queries have the elements of each
/// step in the same order.
/// </summary>
internal unsafe interface IRowSource
{
    static abstract int ElementBytes { get; }

    static abstract void Load<TLanes, TVector>(byte* step, out TVector first, out TVector second)
        where TLanes : ILanes<TVector>
        where TVector : struct;

    /// <summary>A vector of elements as floats, in order.</summary>
    static abstract TVector Widen<TLanes, TVector>(byte* elements)
        where TLanes : ILanes<TVector>
        where TVector : struct;

    /// <summary>One element of a row.</summary>
    static abstract float Element(byte* row, int d);
}
