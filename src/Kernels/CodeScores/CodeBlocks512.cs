using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>
/// Rows of 1, 2, 4 or 8 words that lie side by side x one query that is a code, eight rows a step: as many vectors of
/// eight words as a row has words. Each gives the bits that differ, a word a count; the counts of two or four vectors
/// share their words (a count has at most ten bits), so that the words of rows are added up for all of them at once.
/// </summary>
internal static unsafe class CodeBlocks512
{
    private const int StepRows = 8;
    private const int Stretches = 4;
    private const byte SwapWords = 0b10_11_00_01;
    private const byte SwapPairs = 0b01_00_11_10;

    /// <summary>Whether a row's words fill vectors evenly, and this machine has them.</summary>
    public static bool Serves(int words)
        => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated && words is 1 or 2 or 4 or 8;

    /// <summary>Scores rows that lie side by side: <paramref name="plus"/> less twice the bits that differ.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="words">Words of a row, as <see cref="Serves"/> says.</param>
    /// <param name="plus">Bits of a row.</param>
    /// <param name="query">The query's words.</param>
    /// <param name="scores">Takes the scores.</param>
    public static void Score(in TileRows rows, int words, float plus, ulong* query, float* scores)
    {
        ulong* pattern = stackalloc ulong[Vector512<ulong>.Count];
        for (int i = 0; i < Vector512<ulong>.Count; i++)
        {
            pattern[i] = query[i % words];
        }

        Vector512<byte> repeated = Vector512.Load(pattern).AsByte();
        switch (words)
        {
            case 1:
                Score<OfOne>(rows, 1, plus, repeated, scores);
                break;
            case 2:
                Score<OfTwo>(rows, 2, plus, repeated, scores);
                break;
            case 4:
                Score<OfFour>(rows, 4, plus, repeated, scores);
                break;
            default:
                Score<OfEight>(rows, 8, plus, repeated, scores);
                break;
        }

        // The last rows may be the last of the memory.
        for (int e = rows.Count / StepRows * StepRows; e < rows.Count; e++)
        {
            scores[e] = plus - (2 * AnyWords.Count((ulong*)rows[e], words, query));
        }
    }

    /// <summary>Scores whole steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score<TStep>(TileRows rows, int words, float plus, Vector512<byte> query, float* scores)
        where TStep : IStep
    {
        // Four streams of ascending addresses.
        int apart = rows.Count / (Stretches * StepRows) * StepRows;
        nint stepBytes = (nint)StepRows * words * sizeof(ulong);
        nint apartBytes = (nint)apart * words * sizeof(ulong);
        byte* first = rows[0];
        for (int e = 0; e < apart; e += StepRows, first += stepBytes)
        {
            byte* second = first + apartBytes, third = second + apartBytes, fourth = third + apartBytes;
            nint ahead = rows.AheadBytes(e, apart, Stretches);
            for (nint at = ahead; at < ahead + stepBytes; at += TileRows.LineBytes)
            {
                Prefetch.ToL1(first + at);
                Prefetch.ToL1(second + at);
                Prefetch.ToL1(third + at);
                Prefetch.ToL1(fourth + at);
            }

            Write(TStep.Count((ulong*)first, query), plus, scores + e);
            Write(TStep.Count((ulong*)second, query), plus, scores + e + apart);
            Write(TStep.Count((ulong*)third, query), plus, scores + e + (2 * apart));
            Write(TStep.Count((ulong*)fourth, query), plus, scores + e + (3 * apart));
        }

        for (int e = Stretches * apart; e + StepRows <= rows.Count; e += StepRows)
        {
            Write(TStep.Count((ulong*)rows[e], query), plus, scores + e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector256<int> counts, float plus, float* scores)
    {
        Vector256<float> bits = Vector256.ConvertToSingle(counts);
        Vector256.Store(Vector256.Create(plus) - (bits + bits), scores);
    }

    /// <summary>The bits in which eight words and the query's differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Differing(ulong* words, Vector512<byte> query)
    {
        Vector512<byte> bytes = CodeLanes512.AddBits(Vector512<byte>.Zero, CodeLanes512.Load(words) ^ query);
        return Avx512BW.SumAbsoluteDifferences(bytes, Vector512<byte>.Zero).AsUInt64();
    }

    /// <summary>The counts of four vectors, 16 bits each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> DifferingOfFour(ulong* words, Vector512<byte> query)
        => Differing(words, query) | (Differing(words + 8, query) << 16)
            | (Differing(words + 16, query) << 32) | (Differing(words + 24, query) << 48);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> AddNeighbours(Vector512<ulong> counts, [ConstantExpected] byte swap)
        => counts + Avx512F.Permute4x64(counts, swap);

    /// <summary>How eight rows of so many words are counted.</summary>
    private interface IStep
    {
        static abstract Vector256<int> Count(ulong* rows, Vector512<byte> query);
    }

    private readonly struct OfOne : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Count(ulong* rows, Vector512<byte> query)
            => Avx512F.ConvertToVector256Int32(Differing(rows, query).AsInt64());
    }

    private readonly struct OfTwo : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Count(ulong* rows, Vector512<byte> query)
        {
            Vector512<ulong> both = Differing(rows, query) | (Differing(rows + 8, query) << 32);
            Vector512<int> sums = AddNeighbours(both, SwapWords).AsInt32();
            Vector512<int> order = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 0, 0, 0, 0, 0, 0, 0, 0);
            return Avx512F.PermuteVar16x32(sums, order).GetLower();
        }
    }

    private readonly struct OfFour : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Count(ulong* rows, Vector512<byte> query)
        {
            Vector512<ulong> sums = AddNeighbours(DifferingOfFour(rows, query), SwapWords);
            sums = AddNeighbours(sums, SwapPairs);

            // A vector has two rows, a half each: four counts of even rows, and of odd ones.
            Vector128<short> even = sums.GetLower().GetLower().AsInt16(), odd = sums.GetUpper().GetLower().AsInt16();
            return Avx2.ConvertToVector256Int32(Sse2.UnpackLow(even, odd));
        }
    }

    private readonly struct OfEight : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Count(ulong* rows, Vector512<byte> query)
        {
            Vector128<ulong> first = SumsOfFour(rows, query), last = SumsOfFour(rows + 32, query);
            return Avx2.ConvertToVector256Int32(Sse2.UnpackLow(first, last).AsInt16());
        }

        /// <summary>The lower half: the counts of four rows, 16 bits each.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ulong> SumsOfFour(ulong* rows, Vector512<byte> query)
        {
            Vector512<ulong> counts = DifferingOfFour(rows, query);
            Vector256<ulong> halves = counts.GetLower() + counts.GetUpper();
            Vector128<ulong> quarters = halves.GetLower() + halves.GetUpper();
            return quarters + Sse2.UnpackHigh(quarters, quarters);
        }
    }
}
