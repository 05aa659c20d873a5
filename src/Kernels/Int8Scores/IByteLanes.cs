using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <summary>One vector width of products of bytes; a lane has 32 bits.</summary>
internal unsafe interface IByteLanes<TVector>
    where TVector : struct
{
    /// <summary>Lanes.</summary>
    static abstract int Count { get; }

    static abstract TVector Load(void* source);

    /// <summary>Four bytes in every lane.</summary>
    static abstract TVector Broadcast(byte* source);

    /// <summary>
    /// Sums of two neighbouring products, 16 bits each: of <paramref name="bytes"/>, 0 to 255, and
    /// <paramref name="signed"/>.
    /// </summary>
    static abstract TVector MultiplyPairs(TVector bytes, TVector signed);

    /// <summary>Sums of 16 bits.</summary>
    static abstract TVector AddShorts(TVector left, TVector right);

    /// <summary><paramref name="sums"/> and the two numbers of 16 bits of every lane.</summary>
    static abstract TVector AddToLanes(TVector sums, TVector shorts);

    /// <summary>A bit a lane: its whole number times <paramref name="scale"/> is below its limit.</summary>
    static abstract uint Less(TVector sums, float scale, float* limits);

    /// <summary>The same, with limits less what is before times a factor.</summary>
    static abstract uint Less(TVector sums, float scale, float* limits, float* before, float* factors);

    /// <summary>Bytes with their upper bit turned over: signed ones, 128 more.</summary>
    static abstract void CopyBiased(byte* source, byte* target);

    /// <summary>Signed bytes as numbers of 16 bits.</summary>
    static abstract TVector WidenToShorts(byte* source);

    /// <summary><paramref name="sums"/> and the products of two numbers of 16 bits each.</summary>
    static abstract TVector AddProducts(TVector sums, TVector left, TVector right);

    /// <summary>The sums of the lanes of four vectors.</summary>
    static abstract Vector128<int> SumEach(TVector first, TVector second, TVector third, TVector fourth);
}
