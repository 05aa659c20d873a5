using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Filter;

/// <summary>The part of a heap where the values of some rows lie.</summary>
/// <param name="First">The first value.</param>
/// <param name="End">One past the last; 0 when no row has a value.</param>
/// <param name="CountMax">Values of the row with most.</param>
internal readonly unsafe record struct ValueStretch(uint First, uint End, uint CountMax)
{
    /// <summary>Of no rows.</summary>
    public static ValueStretch Empty => new(uint.MaxValue, 0, 0);

    /// <summary>How many values lie in it.</summary>
    public long Length => End == 0 ? 0 : (long)End - First;

    /// <summary>Of up to 64 rows. Rows without values have no say: their starts mean nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ValueStretch Of(uint* starts, uint* counts, int rowCount)
    {
        Vector256<uint> low = Vector256<uint>.AllBitsSet;
        Vector256<uint> high = Vector256<uint>.Zero;
        Vector256<uint> most = Vector256<uint>.Zero;
        int row = 0;
        for (; row <= rowCount - Vector256<uint>.Count; row += Vector256<uint>.Count)
        {
            Vector256<uint> count = Vector256.Load(counts + row);
            Vector256<uint> start = Vector256.Load(starts + row);
            Vector256<uint> isEmpty = Vector256.Equals(count, Vector256<uint>.Zero);
            low = Vector256.Min(low, start | isEmpty);
            high = Vector256.Max(high, Vector256.AndNot(start + count, isEmpty));
            most = Vector256.Max(most, count);
        }

        ValueStretch stretch = new(~Highest(~low), Highest(high), Highest(most));
        for (; row < rowCount; row++)
        {
            if (counts[row] > 0)
            {
                stretch = stretch.With(new ValueStretch(starts[row], starts[row] + counts[row], counts[row]));
            }
        }

        return stretch;
    }

    /// <summary>The stretch that holds both.</summary>
    public ValueStretch With(ValueStretch other)
        => new(Math.Min(First, other.First), Math.Max(End, other.End), Math.Max(CountMax, other.CountMax));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Highest(Vector256<uint> lanes)
    {
        Vector128<uint> four = Vector128.Max(lanes.GetLower(), lanes.GetUpper());
        Vector128<uint> two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2u, 3, 0, 1)));
        return Vector128.Max(two, Vector128.Shuffle(two, Vector128.Create(1u, 0, 3, 2))).ToScalar();
    }
}
