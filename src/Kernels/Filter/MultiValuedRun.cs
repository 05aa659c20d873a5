using System.Numerics;
using System.Runtime.CompilerServices;

namespace Linr.Kernels.Filter;

/// <summary>
/// Runs a clause over rows with several values: the test runs over the stretch of the heap where the values of some
/// hundred rows lie, at the speed of a single-valued column, and each row then looks at its own bits. Rows whose values
/// lie scattered, as updates leave them, are tested 64 or one at a time. Compiled fully at once, as
/// <see cref="ElementRun"/> is (Zen 5, a clause on three values a row: 3.9 ns a row in the first searches, then 2).
/// </summary>
internal readonly unsafe struct MultiValuedRun(ClauseRun run, ColumnBlock column)
{
    /// <summary>Words of rows whose stretches are tested together.</summary>
    private const int GroupWords = 8;

    /// <summary>Values that are tested together: a KiB of bits.</summary>
    private const int ValuesMax = 8_192;

    /// <summary>A word more than the values need, so that a row's bits can be read from any byte.</summary>
    private const int HeldWords = (ValuesMax / 64) + 1;

    /// <summary>For so few waiting rows the stretch is not worth testing.</summary>
    private const int SingleRowsMax = 2;

    /// <summary>A row's bits lie within 64 bits from the byte of the first when it has no more values.</summary>
    private const uint BitsMax = 57;

    /// <summary>Writes a bit a row.</summary>
    /// <param name="firstRow">The first row within the block.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="pending">Rows to look at, others may come back either way.</param>
    /// <param name="bits">ceil(rowCount / 64) words.</param>
    [SkipLocalsInit]
    public void Run(int firstRow, int rowCount, ulong* pending, ulong* bits)
    {
        // The bits of a group's values, and of those that are tested by themselves meanwhile.
        ulong* held = stackalloc ulong[2 * HeldWords];
        ValueStretch* stretches = stackalloc ValueStretch[GroupWords];
        int words = (rowCount + 63) / 64;
        for (int word = 0; word < words; word += GroupWords)
        {
            int first = firstRow + (64 * word);
            int count = Math.Min(64 * GroupWords, rowCount - (64 * word));
            RunGroup(first, count, pending + word, bits + word, held, stretches);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunGroup(
        int firstRow, int rowCount, ulong* pending, ulong* bits, ulong* held, ValueStretch* stretches)
    {
        uint* starts = (uint*)column.Starts + firstRow;
        uint* counts = (uint*)column.Counts + firstRow;
        ValueStretch all = ValueStretch.Empty;
        for (int word = 0; 64 * word < rowCount; word++)
        {
            bool isStretch = BitOperations.PopCount(pending[word]) > SingleRowsMax;
            stretches[word] = isStretch
                ? ValueStretch.Of(starts + (64 * word), counts + (64 * word), Math.Min(64, rowCount - (64 * word)))
                : ValueStretch.Empty;
            all = all.With(stretches[word]);
        }

        bool isTogether = IsTestable(all);
        if (isTogether)
        {
            Test(all, held);
        }

        for (int word = 0; 64 * word < rowCount; word++)
        {
            ValueStretch own = stretches[word];
            int count = Math.Min(64, rowCount - (64 * word));
            if (own.Length == 0 || !IsTestable(own))
            {
                bits[word] = Singly(starts + (64 * word), counts + (64 * word), pending[word], held + HeldWords);
            }
            else if (isTogether)
            {
                bits[word] = Gather(starts + (64 * word), counts + (64 * word), count, own, held, all.First);
            }
            else
            {
                Test(own, held);
                bits[word] = Gather(starts + (64 * word), counts + (64 * word), count, own, held, own.First);
            }
        }
    }

    private static bool IsTestable(ValueStretch stretch) => stretch.Length <= ValuesMax && stretch.CountMax <= BitsMax;

    private void Test(ValueStretch stretch, ulong* held)
        => run.Run(column.Values + (nint)((long)stretch.First * run.ElementBytes), (int)stretch.Length, null, held);

    /// <summary>The bits of up to 64 rows from the bits of their values, which start at a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Gather(
        uint* starts, uint* counts, int rowCount, ValueStretch own, ulong* held, uint firstValue)
    {
        uint from = (own.First - firstValue) / 64;
        uint to = (own.End - 1 - firstValue) / 64;
        if (!new ReadOnlySpan<ulong>(held + from, (int)(to - from) + 1).ContainsAnyExcept(0UL))
        {
            return 0;
        }

        byte* bytes = (byte*)held;
        ulong bits = 0;
        for (int i = 0; i < rowCount; i++)
        {
            uint start = counts[i] == 0 ? 0 : starts[i] - firstValue;
            ulong values = (*(ulong*)(bytes + (start / 8)) >> (int)(start % 8)) & ((1UL << (int)counts[i]) - 1);
            bits |= (values != 0 ? 1UL : 0) << i;
        }

        return bits;
    }

    private ulong Singly(uint* starts, uint* counts, ulong pending, ulong* held)
    {
        ulong bits = 0;
        for (; pending != 0; pending &= pending - 1)
        {
            int i = BitOperations.TrailingZeroCount(pending);
            bits |= (HoldsAny(starts[i], counts[i], held) ? 1UL : 0) << i;
        }

        return bits;
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
}
