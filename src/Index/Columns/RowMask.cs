using System.Numerics;
using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>Masks of rows in block storage: 64 rows a word, the lowest bit first, 1,024 words a full block.</summary>
internal static class RowMask
{
    /// <summary>Words of a full block.</summary>
    public const int BlockWords = Limits.BlockRows / RowsPerWord;

    private const int RowsPerWord = 64;

    /// <summary>Storage for a mask.</summary>
    public static BlockStore<ulong> Store() => new(BlockWords, stride: 1);

    /// <summary>Words for so many rows.</summary>
    public static long Words(long rows) => (rows + RowsPerWord - 1) / RowsPerWord;

    /// <summary>Whether a row's bit is set.</summary>
    public static bool Get(BlockStore<ulong> mask, uint row)
        => (mask.ReadOne(row / RowsPerWord) >> (int)(row % RowsPerWord) & 1) != 0;

    /// <summary>Sets or clears a row's bit.</summary>
    public static void Set(BlockStore<ulong> mask, uint row, bool value)
    {
        ref ulong word = ref mask.Write(row / RowsPerWord)[0];
        ulong bit = 1UL << (int)(row % RowsPerWord);
        word = value ? word | bit : word & ~bit;
    }

    /// <summary>Sets the bits of consecutive rows of one block.</summary>
    public static void SetRange(BlockStore<ulong> mask, uint firstRow, int count)
    {
        for (int done = 0; done < count;)
        {
            uint row = firstRow + (uint)done;
            int shift = (int)(row % RowsPerWord);
            int bits = Math.Min(RowsPerWord - shift, count - done);
            mask.Write(row / RowsPerWord)[0] |= ulong.MaxValue >> (RowsPerWord - bits) << shift;
            done += bits;
        }
    }

    /// <summary>How many bits are set.</summary>
    public static long Count(NativeSlice<ulong> mask)
    {
        long count = 0;
        for (long word = 0; word < mask.Length; word++)
        {
            count += BitOperations.PopCount(mask[word]);
        }

        return count;
    }
}
