using System.Numerics;
using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>In how many bits a row and a query differ.</summary>
internal unsafe interface IDifferingBits
{
    /// <summary>Counts them.</summary>
    /// <param name="row">The row's words.</param>
    /// <param name="words">How many, where the type does not say.</param>
    /// <param name="query">As many words of the query.</param>
    static abstract int Count(ulong* row, int words, ulong* query);
}

/// <summary>One word.</summary>
internal readonly unsafe struct OneWord : IDifferingBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(ulong* row, int words, ulong* query) => BitOperations.PopCount(row[0] ^ query[0]);
}

/// <summary>Two words.</summary>
internal readonly unsafe struct TwoWords : IDifferingBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(ulong* row, int words, ulong* query)
        => BitOperations.PopCount(row[0] ^ query[0]) + BitOperations.PopCount(row[1] ^ query[1]);
}

/// <summary>Four words.</summary>
internal readonly unsafe struct FourWords : IDifferingBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(ulong* row, int words, ulong* query)
        => TwoWords.Count(row, words, query) + TwoWords.Count(row + 2, words, query + 2);
}

/// <summary>Any number of words.</summary>
internal readonly unsafe struct AnyWords : IDifferingBits
{
    public static int Count(ulong* row, int words, ulong* query)
    {
        int sum = 0;
        for (int w = 0; w < words; w++)
        {
            sum += BitOperations.PopCount(row[w] ^ query[w]);
        }

        return sum;
    }
}

/// <summary>Words that fill vectors: bits are counted in bytes, which 31 words of a lane leave room for.</summary>
internal readonly unsafe struct VectorWords<TLanes, TVector> : IDifferingBits
    where TLanes : ICodeLanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(ulong* row, int words, ulong* query)
    {
        TVector bytes = default;
        int w = 0;
        for (; w + TLanes.Count <= words; w += TLanes.Count)
        {
            bytes = TLanes.AddBits(bytes, TLanes.Xor(TLanes.Load(row + w), TLanes.Load(query + w)));
        }

        int sum = TLanes.SumOfBytes(bytes);
        for (; w < words; w++)
        {
            sum += BitOperations.PopCount(row[w] ^ query[w]);
        }

        return sum;
    }
}
