using System.Numerics;
using System.Runtime.InteropServices;

namespace Linr.Kernels;

/// <summary>
/// Where to cut a list of <see cref="ScoredRow"/> words so that the best K stay and few more: the selection of a scan,
/// over survivors only. Histograms of the scores' bits, finer and finer around the K-th: unlike a quickselect it has no
/// branch that depends on the data, and it may stop as soon as the cut is good enough.
/// </summary>
internal static partial class TopCut
{
    private const int BucketBits = 10;

    /// <summary>
    /// A score that at least <paramref name="count"/> words reach and, unless they are equal, at most
    /// <paramref name="count"/> + <paramref name="slack"/>.
    /// </summary>
    /// <param name="words">The words.</param>
    /// <param name="count">1 to the number of words.</param>
    /// <param name="slack">0: a word reaches the cut if it reaches the count-th best score.</param>
    public static float Find(ReadOnlySpan<ulong> words, int count, int slack)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, words.Length);
        (uint low, uint high) = Range(words);
        Span<int> buckets = stackalloc int[1 << BucketBits];
        int above = 0;
        while (true)
        {
            int shift = Math.Max(0, 32 - BitOperations.LeadingZeroCount(high - low) - BucketBits);
            Count(words, low, high, shift, buckets);
            int bucket = (int)((high - low) >> shift);
            while (above + buckets[bucket] < count)
            {
                above += buckets[bucket--];
            }

            low += (uint)bucket << shift;
            if (shift == 0 || above + buckets[bucket] <= (long)count + slack)
            {
                return ScoredRow.Score((ulong)low << 32);
            }

            high = Math.Min(high, low + ((1u << shift) - 1));
        }
    }

    /// <summary>The lowest and the highest upper half.</summary>
    internal static (uint Low, uint High) Range(ReadOnlySpan<ulong> words)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(words);
        Vector<uint> lows = Vector<uint>.AllBitsSet;
        Vector<uint> highs = Vector<uint>.Zero;
        foreach (Vector<ulong> vector in vectors)
        {
            // The rows in the lower halves must not count: they become the highest number here, the lowest there.
            lows = Vector.Min(lows, (vector | new Vector<ulong>(uint.MaxValue)).As<ulong, uint>());
            highs = Vector.Max(highs, Vector.AndNot(vector, new Vector<ulong>(uint.MaxValue)).As<ulong, uint>());
        }

        uint low = uint.MaxValue;
        uint high = 0;
        for (int lane = 1; lane < Vector<uint>.Count; lane += 2)
        {
            low = Math.Min(low, lows[lane]);
            high = Math.Max(high, highs[lane]);
        }

        foreach (ulong word in words[(vectors.Length * Vector<ulong>.Count)..])
        {
            low = Math.Min(low, (uint)(word >> 32));
            high = Math.Max(high, (uint)(word >> 32));
        }

        return (low, high);
    }

    private static void Count(ReadOnlySpan<ulong> words, uint low, uint high, int shift, Span<int> buckets)
    {
        buckets.Clear();
        uint range = high - low;
        foreach (ulong word in words)
        {
            uint distance = (uint)(word >> 32) - low;
            if (distance <= range)
            {
                buckets[(int)(distance >> shift)]++;
            }
        }
    }
}
