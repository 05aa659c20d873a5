using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>
/// Rows x one query that is a code. Rows that lie side by side are read in four streams, as <see cref="FewKernel{T,U,V}"/>
/// reads them. Counts become floats afterwards, a vector at a time.
/// </summary>
internal static unsafe class CodeRows
{
    private const int Stretches = 4;
    private const int Ahead = 8;

    /// <summary>Scores rows: <paramref name="plus"/> less twice the bits that differ.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="words">Words of a row.</param>
    /// <param name="plus">Bits of a row.</param>
    /// <param name="query">The query's words.</param>
    /// <param name="scores">Takes the scores.</param>
    public static void Score(in TileRows rows, int words, float plus, ulong* query, float* scores)
    {
        if (!rows.IsScattered && CodeBlocks512.Serves(words))
        {
            CodeBlocks512.Score(rows, words, plus, query, scores);
            return;
        }

        int* counts = (int*)scores;
        switch (words)
        {
            case 1:
                Count<OneWord>(rows, words, query, counts);
                break;
            case 2:
                Count<TwoWords>(rows, words, query, counts);
                break;
            case 4:
                Count<FourWords>(rows, words, query, counts);
                break;
            case >= 8 when Avx512BW.IsSupported && Vector512.IsHardwareAccelerated:
                Count<VectorWords<CodeLanes512, Vector512<byte>>>(rows, words, query, counts);
                break;
            case >= 8 when Avx2.IsSupported && Vector256.IsHardwareAccelerated:
                Count<VectorWords<CodeLanes256, Vector256<byte>>>(rows, words, query, counts);
                break;
            default:
                Count<AnyWords>(rows, words, query, counts);
                break;
        }

        ToScores(counts, rows.Count, plus, scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count<TBits>(TileRows rows, int words, ulong* query, int* counts)
        where TBits : IDifferingBits
    {
        int done = 0;
        if (!rows.IsScattered)
        {
            int apart = rows.Count / Stretches;
            nint rowBytes = words * sizeof(ulong);
            byte* row = rows[0];
            for (int e = 0; e < apart; e++, row += rowBytes)
            {
                byte* second = row + (apart * rowBytes);
                byte* third = second + (apart * rowBytes);
                byte* fourth = third + (apart * rowBytes);
                if (((e * rowBytes) & (TileRows.LineBytes - 1)) < rowBytes)
                {
                    nint ahead = rows.AheadBytes(e, apart, Stretches);
                    Ask(row + ahead, rowBytes);
                    Ask(second + ahead, rowBytes);
                    Ask(third + ahead, rowBytes);
                    Ask(fourth + ahead, rowBytes);
                }

                counts[e] = TBits.Count((ulong*)row, words, query);
                counts[e + apart] = TBits.Count((ulong*)second, words, query);
                counts[e + (2 * apart)] = TBits.Count((ulong*)third, words, query);
                counts[e + (3 * apart)] = TBits.Count((ulong*)fourth, words, query);
            }

            done = Stretches * apart;
        }

        for (int e = done; e < rows.Count; e++)
        {
            Prefetch.ToL1(rows[e + Ahead]);
            counts[e] = TBits.Count((ulong*)rows[e], words, query);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(byte* row, nint rowBytes)
    {
        for (nint at = 0; at < rowBytes; at += TileRows.LineBytes)
        {
            Prefetch.ToL1(row + at);
        }
    }

    /// <summary>In place: a count and its score have the same place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToScores(int* counts, int count, float plus, float* scores)
    {
        // Whole vectors: there is room for padding past the last.
        for (int e = 0; e < count; e += Vector256<int>.Count)
        {
            Vector256<float> whole = Vector256.ConvertToSingle(Vector256.Load(counts + e));
            Vector256.Store(Vector256.Create(plus) - (whole + whole), scores + e);
        }
    }
}
