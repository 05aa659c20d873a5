namespace Linr.Kernels;

/// <summary>A vector of 64-bit words, by its bytes.</summary>
internal unsafe interface ICodeLanes<TVector>
    where TVector : struct
{
    /// <summary>Words of a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Load(ulong* source);

    static abstract TVector Broadcast(ulong value);

    static abstract TVector Xor(TVector left, TVector right);

    static abstract TVector And(TVector left, TVector right);

    /// <summary>Adds the bits set in each byte.</summary>
    static abstract TVector AddBits(TVector sums, TVector bytes);

    /// <summary>The sum of each word's bytes, shifted left, added to a word; or taken from it.</summary>
    static abstract TVector AddSums(TVector totals, TVector bytes, int shift, bool isNegative);

    /// <summary>The sum of all bytes.</summary>
    static abstract int SumOfBytes(TVector bytes);

    /// <summary>
    /// The sum of each word's bytes times what its plane is worth, 2^p or for the last -2^p, of the planes from
    /// <paramref name="first"/> on.
    /// </summary>
    static abstract long SumOfPlanes(TVector bytes, int first);

    /// <summary>Writes signed words as floats, each plus one of <paramref name="plus"/>.</summary>
    static abstract void Store(TVector totals, float* plus, float* target);
}
