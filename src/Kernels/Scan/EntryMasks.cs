using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels.Scan;

/// <summary>Puts the bits of listed rows side by side, and turns bits an entry into bits a slot.</summary>
internal static unsafe class EntryMasks
{
    /// <summary>Writes a bit an entry, 64 a word.</summary>
    /// <param name="mask">A bit a row of the unit.</param>
    /// <param name="listed">The mask that the list was made of: its rows are all that are listed.</param>
    /// <param name="offsets">The rows of the entries, ascending, consecutive ones of the list.</param>
    /// <param name="count">Entries, 1 or more.</param>
    /// <param name="bits">ceil(<paramref name="count"/> / 64) words.</param>
    public static void Gather(ulong* mask, ulong* listed, ushort* offsets, int count, ulong* bits)
    {
        if (!Bmi2.X64.IsSupported)
        {
            GatherReference(mask, offsets, count, bits);
            return;
        }

        new Span<ulong>(bits, (count + 63) / 64).Clear();
        ulong before = (1UL << (offsets[0] % 64)) - 1;
        int filled = 0;
        for (int word = offsets[0] / 64; filled < count; word++)
        {
            ulong rows = listed[word] & ~before;
            before = 0;
            if (rows == 0)
            {
                continue;
            }

            ulong found = Bmi2.X64.ParallelBitExtract(mask[word], rows);
            int length = Math.Min(BitOperations.PopCount(rows), count - filled);
            found &= ulong.MaxValue >> (64 - length);
            bits[filled / 64] |= found << (filled % 64);
            if ((filled % 64) + length > 64)
            {
                bits[(filled / 64) + 1] = found >> (64 - (filled % 64));
            }

            filled += length;
        }
    }

    /// <summary>Turns a word of entries a slot into a word of slots an entry.</summary>
    /// <param name="masks">A word of 64 entries a slot, up to 32 slots.</param>
    /// <param name="slots">64 words; bits past the last slot are zero.</param>
    [SkipLocalsInit]
    public static void Transpose(ReadOnlySpan<ulong> masks, uint* slots)
    {
        byte* bytes = stackalloc byte[sizeof(ulong) * Vector256<byte>.Count];
        new Span<byte>(bytes, sizeof(ulong) * Vector256<byte>.Count).Clear();
        for (int slot = 0; slot < masks.Length; slot++)
        {
            for (int part = 0; part < sizeof(ulong); part++)
            {
                bytes[(part * Vector256<byte>.Count) + slot] = (byte)(masks[slot] >> (8 * part));
            }
        }

        for (int part = 0; part < sizeof(ulong); part++)
        {
            Vector256<byte> column = Vector256.Load(bytes + (part * Vector256<byte>.Count));
            for (int bit = 7; bit >= 0; bit--)
            {
                slots[(8 * part) + bit] = column.ExtractMostSignificantBits();
                column += column;
            }
        }
    }

    /// <summary><see cref="Gather"/>, an entry at a time.</summary>
    public static void GatherReference(ulong* mask, ushort* offsets, int count, ulong* bits)
    {
        for (int e = 0; e < count; e += 64)
        {
            ulong word = 0;
            for (int bit = 0; bit < 64 && e + bit < count; bit++)
            {
                int row = offsets[e + bit];
                word |= ((mask[row / 64] >> (row % 64)) & 1) << bit;
            }

            bits[e / 64] = word;
        }
    }
}
