using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Filter;

/// <summary>Turns a word of filters a row into a mask a filter.</summary>
internal static unsafe class RowWords
{
    /// <summary>Filters whose bits are taken out of the words together.</summary>
    private const int PlaneFilters = 8;

    /// <summary>Writes the masks.</summary>
    /// <param name="words">A word a row, bit f for filter f.</param>
    /// <param name="rowCount">How many, a multiple of 64.</param>
    /// <param name="filterCount">Filters, 1 to 32.</param>
    /// <param name="masks">The first word of the first filter's mask.</param>
    /// <param name="stride">Words from a filter's mask to the next one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToMasks(uint* words, int rowCount, int filterCount, ulong* masks, int stride)
    {
        for (int row = 0; row < rowCount; row += 64)
        {
            for (int first = 0; first < filterCount; first += PlaneFilters)
            {
                int count = Math.Min(PlaneFilters, filterCount - first);
                Vector256<byte> low = Plane(words + row, first, count);
                Vector256<byte> high = Plane(words + row + Vector256<byte>.Count, first, count);
                ulong* mask = masks + ((long)(first + count - 1) * stride) + (row / 64);
                for (int filter = 0; filter < count; filter++)
                {
                    *mask = low.ExtractMostSignificantBits()
                        | ((ulong)high.ExtractMostSignificantBits() << Vector256<byte>.Count);
                    mask -= stride;
                    low += low;
                    high += high;
                }
            }
        }
    }

    /// <summary>The bits of some filters of 32 rows, a byte a row, the last filter's bit at the top.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Plane(uint* words, int first, int count)
        => Vector256.Narrow(
            Vector256.Narrow(Bits(words, first, count), Bits(words + 8, first, count)),
            Vector256.Narrow(Bits(words + 16, first, count), Bits(words + 24, first, count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Bits(uint* words, int first, int count)
        => (Vector256.Load(words) >> first) << (PlaneFilters - count);
}
