using System.Numerics;
using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>Masks of rows in block storage: 64 rows a word, the lowest bit first, 1,024 words a full block.</summary>
internal static class RowMask
{
    /// <summary>Words of a full block.</summary>
    public const int BlockWords = Limits.BlockRows / WordRows;

    /// <summary>Rows of a word.</summary>
    public const int WordRows = 64;

    /// <summary>Storage for a mask.</summary>
    public static BlockStore<ulong> Store() => new(BlockWords, stride: 1);

    /// <summary>Words for so many rows.</summary>
    public static long Words(long rows) => (rows + WordRows - 1) / WordRows;

    /// <summary>Storage of its own with the bits of the first rows.</summary>
    public static BlockStore<ulong> Copy(NativeSlice<ulong> mask, long rows)
    {
        BlockStore<ulong> store = Store();
        for (long word = 0; word < Words(rows); word += BlockWords)
        {
            int words = (int)Math.Min(BlockWords, Words(rows) - word);
            mask.Slice(word, words).Span.CopyTo(store.Write(word, words));
        }

        return store;
    }

    /// <summary>Whether a row's bit is set.</summary>
    public static bool Get(BlockStore<ulong> mask, uint row)
        => (mask.ReadOne(row / WordRows) >> (int)(row % WordRows) & 1) != 0;

    /// <summary>Sets or clears a row's bit.</summary>
    public static void Set(BlockStore<ulong> mask, uint row, bool value)
    {
        ref ulong word = ref mask.Write(row / WordRows)[0];
        ulong bit = 1UL << (int)(row % WordRows);
        word = value ? word | bit : word & ~bit;
    }

    /// <summary>Sets the bits of consecutive rows of one block.</summary>
    public static void SetRange(BlockStore<ulong> mask, uint firstRow, int count)
    {
        for (int done = 0; done < count;)
        {
            uint row = firstRow + (uint)done;
            int shift = (int)(row % WordRows);
            int bits = Math.Min(WordRows - shift, count - done);
            mask.Write(row / WordRows)[0] |= ulong.MaxValue >> (WordRows - bits) << shift;
            done += bits;
        }
    }

    /// <summary>Sets the bits of the first <paramref name="rows"/> rows at most; those of others are zero.</summary>
    public static void Fill(Span<ulong> mask, int rows)
    {
        for (int word = 0; word < mask.Length; word++, rows -= WordRows)
        {
            mask[word] = rows <= 0 ? 0 : ulong.MaxValue >> Math.Max(WordRows - rows, 0);
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
