using Linr.Kernels.Scan;

namespace Linr.Kernels.Filter;

/// <summary>
/// Writes listed rows in the form of <see cref="ClauseTest.Rows"/>: a block with few of them as a list, with more as a
/// mask, without sorting.
/// </summary>
internal static class RowLists
{
    /// <summary>Words of a block's mask.</summary>
    public const int MaskWords = ScanSegment.BlockRows / 64;

    /// <summary>
    /// A longer list would cost more at each evaluation than the mask: a list is read whole each time.
    /// </summary>
    private const int ListedMax = 128;

    private const uint NoRow = uint.MaxValue;

    /// <summary>Words that masks of all blocks need, where they cost no more than lists might; else 0.</summary>
    public static int CountMaskWords(int rowCount, int blockCount)
    {
        long words = blockCount * (1L + MaskWords);
        return words <= (long)rowCount * MaskWords / ListedMax ? (int)words : 0;
    }

    /// <summary>Writes a mask for each block, in one pass; the words are zero before.</summary>
    public static void WriteMasks(ReadOnlySpan<uint> rows, int blockCount, Span<ulong> words)
    {
        for (int block = 0; block < blockCount; block++)
        {
            words[block] = (uint)(blockCount + (block * MaskWords));
        }

        Span<ulong> masks = words[blockCount..];
        foreach (uint row in rows)
        {
            if (row != NoRow)
            {
                masks[(int)(row / 64)] |= 1UL << (int)(row % 64);
            }
        }
    }

    /// <summary>Counts each block's rows.</summary>
    /// <returns>How many words <see cref="Write"/> needs.</returns>
    public static int CountWords(ReadOnlySpan<uint> rows, Span<int> counts)
    {
        counts.Clear();
        foreach (uint row in rows)
        {
            if (row != NoRow)
            {
                counts[(int)(row / ScanSegment.BlockRows)]++;
            }
        }

        long words = counts.Length;
        foreach (int count in counts)
        {
            words += WordsOf(count);
        }

        return checked((int)words);
    }

    /// <summary>Writes the directory and the rows of each block; the words are zero before.</summary>
    public static void Write(ReadOnlySpan<uint> rows, Span<int> counts, Span<ulong> words)
    {
        int next = counts.Length;
        for (int block = 0; block < counts.Length; block++)
        {
            int count = counts[block];
            if (count > 0)
            {
                words[block] = (uint)next | (count > ListedMax ? 0 : (ulong)count << 32);
                next += WordsOf(count);
            }

            counts[block] = 0;
        }

        foreach (uint row in rows)
        {
            if (row == NoRow)
            {
                continue;
            }

            int block = (int)(row / ScanSegment.BlockRows);
            int within = (int)(row % ScanSegment.BlockRows);
            int first = (int)(uint)words[block];
            if (words[block] >> 32 == 0)
            {
                words[first + (within / 64)] |= 1UL << (within % 64);
            }
            else
            {
                int listed = counts[block]++;
                words[first + (listed / 4)] |= (ulong)(ushort)within << (16 * (listed % 4));
            }
        }
    }

    private static int WordsOf(int count) => count > ListedMax ? MaskWords : (count + 3) / 4;
}
