using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels.Filter;

/// <summary>
/// The byte's bit is set in a bitmap of 256 bits, looked up by shuffles: a byte of the table holds, for the lower four
/// bits of an element, a bit for each value of the three above; the top bit chooses between two tables. An index with
/// its top bit set gives zero, as it does on x86 and Arm.
/// </summary>
internal readonly unsafe struct ByteSetTest : IElementTest<byte>
{
    private readonly Vector128<byte> _low;
    private readonly Vector128<byte> _high;

    /// <param name="bitmap">Its words.</param>
    /// <param name="wordCount">How many.</param>
    /// <param name="firstWord">Which of the 256 bits' four words the first is; those past them are left out.</param>
    public ByteSetTest(ulong* bitmap, int wordCount, int firstWord)
    {
        Vector128<byte>* tables = stackalloc Vector128<byte>[2];
        tables[0] = tables[1] = Vector128<byte>.Zero;
        for (int word = firstWord; word < Math.Min(firstWord + wordCount, 4); word++)
        {
            for (int nibble = 0; nibble < 4; nibble++)
            {
                int held = (int)(bitmap[word - firstWord] >> (16 * nibble));
                Vector64<byte> lower = Vector64.Create((byte)held);
                Vector64<byte> upper = Vector64.Create((byte)(held >> 8));
                Vector128<byte> isUnset = Vector128.Equals(
                    Vector128.Create(lower, upper) & BitOfNibble, Vector128<byte>.Zero);
                Vector128<byte> bit = Vector128.Create((byte)(1 << ((4 * (word % 2)) + nibble)));
                tables[word / 2] |= Vector128.AndNot(bit, isUnset);
            }
        }

        _low = tables[0];
        _high = tables[1];
    }

    private static Vector128<byte> BitOfNibble
        => Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<byte> Holds(Vector128<byte> elements)
    {
        Vector128<byte> place = elements & Vector128.Create((byte)0x8F);
        Vector128<byte> row = Vector128.ShuffleNative(_low, place)
            | Vector128.ShuffleNative(_high, place ^ Vector128.Create((byte)0x80));
        Vector128<byte> bit = Vector128.ShuffleNative(
            BitOfNibble, (elements.AsUInt16() >> 4).AsByte() & Vector128.Create((byte)0x0F));
        return Vector128.Equals(row & bit, bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> Holds(Vector256<byte> elements)
    {
        if (!Avx2.IsSupported)
        {
            return Vector256.Create(Holds(elements.GetLower()), Holds(elements.GetUpper()));
        }

        Vector256<byte> place = elements & Vector256.Create((byte)0x8F);
        Vector256<byte> row = Avx2.Shuffle(Vector256.Create(_low, _low), place)
            | Avx2.Shuffle(Vector256.Create(_high, _high), place ^ Vector256.Create((byte)0x80));
        Vector256<byte> bit = Avx2.Shuffle(
            Vector256.Create(BitOfNibble, BitOfNibble),
            (elements.AsUInt16() >> 4).AsByte() & Vector256.Create((byte)0x0F));
        return Vector256.Equals(row & bit, bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<byte> Holds(Vector512<byte> elements)
    {
        if (!Avx512BW.IsSupported)
        {
            return Vector512.Create(Holds(elements.GetLower()), Holds(elements.GetUpper()));
        }

        Vector512<byte> place = elements & Vector512.Create((byte)0x8F);
        Vector512<byte> row = Avx512BW.Shuffle(Repeat(_low), place)
            | Avx512BW.Shuffle(Repeat(_high), place ^ Vector512.Create((byte)0x80));
        Vector512<byte> bit = Avx512BW.Shuffle(
            Repeat(BitOfNibble), (elements.AsUInt16() >> 4).AsByte() & Vector512.Create((byte)0x0F));
        return Vector512.Equals(row & bit, bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Repeat(Vector128<byte> table)
    {
        Vector256<byte> twice = Vector256.Create(table, table);
        return Vector512.Create(twice, twice);
    }
}
