using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// Sorts <see cref="ScoredRow"/> words by score, highest first, equal scores in any order. A radix sort of 11 bits a
/// pass that skips the passes in which all words agree: a scan's best scores lie close together.
/// </summary>
internal static class ScoreSort
{
    private const int DigitBits = 11;
    private const int DigitCount = 1 << DigitBits;
    private const int PassCount = 3;

    /// <summary>Fewer words are sorted by comparing.</summary>
    private const int RadixMin = 256;

    /// <summary>Sorts words.</summary>
    /// <param name="words">The words.</param>
    /// <param name="scratch">Grows to as many.</param>
    public static void Descending(Span<ulong> words, ref ulong[] scratch)
    {
        if (words.Length < RadixMin)
        {
            words.Sort();
            words.Reverse();
            return;
        }

        Scan.ScanArrays.Grow(ref scratch, words.Length);
        Radix(words, scratch.AsSpan(0, words.Length));
    }

    [SkipLocalsInit]
    private static void Radix(Span<ulong> words, Span<ulong> scratch)
    {
        Span<int> counts = stackalloc int[PassCount * DigitCount];
        counts.Clear();
        foreach (ulong word in words)
        {
            uint key = Key(word);
            counts[(int)(key % DigitCount)]++;
            counts[DigitCount + (int)((key >> DigitBits) % DigitCount)]++;
            counts[(2 * DigitCount) + (int)(key >> (2 * DigitBits))]++;
        }

        Span<ulong> from = words;
        Span<ulong> to = scratch;
        for (int pass = 0; pass < PassCount; pass++)
        {
            Span<int> places = counts.Slice(pass * DigitCount, DigitCount);
            int shift = pass * DigitBits;
            if (places[(int)((Key(words[0]) >> shift) % DigitCount)] == words.Length)
            {
                continue;
            }

            int next = 0;
            foreach (ref int place in places)
            {
                (place, next) = (next, next + place);
            }

            foreach (ulong word in from)
            {
                to[places[(int)((Key(word) >> shift) % DigitCount)]++] = word;
            }

            Span<ulong> sorted = to;
            to = from;
            from = sorted;
        }

        if (from != words)
        {
            from.CopyTo(words);
        }
    }

    /// <summary>Ascending where scores descend.</summary>
    private static uint Key(ulong word) => ~(uint)(word >> 32);
}
