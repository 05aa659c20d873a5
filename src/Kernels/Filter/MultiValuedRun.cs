using System.Numerics;
using System.Runtime.CompilerServices;

namespace Linr.Kernels.Filter;

/// <summary>
/// Runs a clause over rows with several values: the test runs over the stretch of the heap where the values of some
/// hundred rows lie, at the speed of a single-valued column, and each row then looks at its own bits. Rows whose values
/// lie scattered, as updates leave them, are looked at in smaller groups, in the end one by one.
/// </summary>
internal readonly unsafe struct MultiValuedRun(ClauseRun run, ColumnBlock column)
{
    /// <summary>Words of rows that are looked at together.</summary>
    private const int GroupWords = 8;

    /// <summary>Values that are tested together: a KiB of bits.</summary>
    private const int ValuesMax = 8_192;

    /// <summary>For so few waiting rows the stretch is not worth testing.</summary>
    private const int SingleRowsPerWordMax = 2;

    /// <summary>Values of a row whose bits always lie within 64 bits from the byte of the first.</summary>
    private const uint BitsMax = 57;

    /// <summary>Writes a bit a row.</summary>
    /// <param name="firstRow">The first row within the block.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="pending">Rows to look at, others may come back either way.</param>
    /// <param name="bits">ceil(rowCount / 64) words.</param>
    [SkipLocalsInit]
    public void Run(int firstRow, int rowCount, ulong* pending, ulong* bits)
    {
        // One word more, so that a row's bits can be read from any byte.
        ulong* held = stackalloc ulong[(ValuesMax / 64) + 2];
        for (int first = 0; first < rowCount; first += 64 * GroupWords)
        {
            int count = Math.Min(64 * GroupWords, rowCount - first);
            RunGroup(firstRow + first, count, pending + (first / 64), bits + (first / 64), held);
        }
    }

    private void RunGroup(int firstRow, int rowCount, ulong* pending, ulong* bits, ulong* held)
    {
        int words = (rowCount + 63) / 64;
        int waiting = 0;
        for (int word = 0; word < words; word++)
        {
            waiting += BitOperations.PopCount(pending[word]);
        }

        uint* starts = (uint*)column.Starts + firstRow;
        uint* counts = (uint*)column.Counts + firstRow;
        new Span<ulong>(bits, words).Clear();
        if (waiting <= SingleRowsPerWordMax * words)
        {
            RunRows(starts, counts, words, pending, bits, held);
            return;
        }

        Stretch stretch = Stretch.Of(starts, counts, rowCount);
        if (stretch.Length <= ValuesMax && stretch.CountMax <= BitsMax)
        {
            run.Run(column.Values + (nint)((long)stretch.First * run.ElementBytes), (int)stretch.Length, null, held);
            Gather(starts, counts, rowCount, stretch.First, pending, bits, held);
        }
        else if (words == 1)
        {
            RunRows(starts, counts, words, pending, bits, held);
        }
        else
        {
            for (int word = 0; word < words; word++)
            {
                int count = Math.Min(64, rowCount - (64 * word));
                RunGroup(firstRow + (64 * word), count, pending + word, bits + word, held);
            }
        }
    }

    /// <summary>Each row's bit from the bits of its values.</summary>
    private static void Gather(
        uint* starts, uint* counts, int rowCount, uint firstValue, ulong* pending, ulong* bits, ulong* held)
    {
        byte* bytes = (byte*)held;
        for (int first = 0; first < rowCount; first += 64)
        {
            if (pending[first / 64] == 0)
            {
                continue;
            }

            ulong word = 0;
            int count = Math.Min(64, rowCount - first);
            for (int i = 0; i < count; i++)
            {
                uint values = counts[first + i];
                uint start = values == 0 ? 0 : starts[first + i] - firstValue;
                ulong own = (*(ulong*)(bytes + (start / 8)) >> (int)(start % 8)) & ((1UL << (int)values) - 1);
                word |= (own != 0 ? 1UL : 0) << i;
            }

            bits[first / 64] = word;
        }
    }

    private void RunRows(uint* starts, uint* counts, int words, ulong* pending, ulong* bits, ulong* held)
    {
        for (int word = 0; word < words; word++)
        {
            for (ulong waiting = pending[word]; waiting != 0; waiting &= waiting - 1)
            {
                int i = BitOperations.TrailingZeroCount(waiting);
                bool holds = HoldsAny(starts[(64 * word) + i], counts[(64 * word) + i], held);
                bits[word] |= (holds ? 1UL : 0) << i;
            }
        }
    }

    private bool HoldsAny(uint start, uint count, ulong* held)
    {
        for (uint done = 0; done < count; done += ValuesMax)
        {
            int length = (int)Math.Min(ValuesMax, count - done);
            run.Run(column.Values + (nint)(((long)start + done) * run.ElementBytes), length, null, held);
            if (new ReadOnlySpan<ulong>(held, (length + 63) / 64).ContainsAnyExcept(0UL))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The part of the heap where the values of some rows lie.</summary>
    private readonly record struct Stretch(uint First, long Length, uint CountMax)
    {
        /// <summary>Rows without values have no say; their starts mean nothing.</summary>
        public static Stretch Of(uint* starts, uint* counts, int rowCount)
        {
            Vector<uint> low = new(uint.MaxValue);
            Vector<uint> high = Vector<uint>.Zero;
            Vector<uint> most = Vector<uint>.Zero;
            int row = 0;
            for (; row <= rowCount - Vector<uint>.Count; row += Vector<uint>.Count)
            {
                Vector<uint> count = Vector.Load(counts + row);
                Vector<uint> start = Vector.Load(starts + row);
                Vector<uint> isEmpty = Vector.Equals(count, Vector<uint>.Zero);
                low = Vector.Min(low, start | isEmpty);
                high = Vector.Max(high, Vector.AndNot(start + count, isEmpty));
                most = Vector.Max(most, count);
            }

            Stretch stretch = new(uint.MaxValue, 0, 0);
            uint end = 0;
            for (int lane = 0; lane < Vector<uint>.Count; lane++)
            {
                stretch = stretch with
                {
                    First = Math.Min(stretch.First, low[lane]),
                    CountMax = Math.Max(stretch.CountMax, most[lane]),
                };
                end = Math.Max(end, high[lane]);
            }

            for (; row < rowCount; row++)
            {
                if (counts[row] > 0)
                {
                    stretch = stretch with
                    {
                        First = Math.Min(stretch.First, starts[row]),
                        CountMax = Math.Max(stretch.CountMax, counts[row]),
                    };
                    end = Math.Max(end, starts[row] + counts[row]);
                }
            }

            return end == 0 ? default : stretch with { Length = (long)end - stretch.First };
        }
    }
}
