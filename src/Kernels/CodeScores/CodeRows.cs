using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>
/// Rows x one query that is a code: by the population count of words, of which a processor starts one to four a cycle,
/// and where a row fills vectors by theirs. Counts become floats afterwards, a vector at a time.
/// </summary>
internal static unsafe class CodeRows
{
    /// <summary>Scores rows: <paramref name="plus"/> less twice the bits that differ.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="words">Words of a row.</param>
    /// <param name="plus">Bits of a row.</param>
    /// <param name="query">The query's words.</param>
    /// <param name="scores">Takes the scores.</param>
    public static void Score(in TileRows rows, int words, float plus, ulong* query, float* scores)
    {
        int* counts = (int*)scores;
        switch (words)
        {
            case 1:
                CountOne(rows, *query, counts);
                break;
            case 2:
                CountTwo(rows, query, counts);
                break;
            case 4:
                CountFour(rows, query, counts);
                break;
            case >= 8 when Avx512BW.IsSupported && Vector512.IsHardwareAccelerated:
                CountVectors<CodeLanes512, Vector512<byte>>(rows, words, query, counts);
                break;
            case >= 8 when Avx2.IsSupported && Vector256.IsHardwareAccelerated:
                CountVectors<CodeLanes256, Vector256<byte>>(rows, words, query, counts);
                break;
            default:
                CountMany(rows, words, query, counts);
                break;
        }

        ToScores(counts, rows.Count, plus, scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountOne(TileRows rows, ulong query, int* counts)
    {
        byte* row = rows[0];
        for (int e = 0; e < rows.Count; e++)
        {
            counts[e] = BitOperations.PopCount(*(ulong*)row ^ query);
            Prefetch.ToL1(rows.Ahead(e, row, TileRows.SequentialAheadBytes));
            row = rows.Next(e, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountTwo(TileRows rows, ulong* query, int* counts)
    {
        ulong q0 = query[0], q1 = query[1];
        byte* row = rows[0];
        for (int e = 0; e < rows.Count; e++)
        {
            ulong* x = (ulong*)row;
            counts[e] = BitOperations.PopCount(x[0] ^ q0) + BitOperations.PopCount(x[1] ^ q1);
            Prefetch.ToL1(rows.Ahead(e, row, TileRows.SequentialAheadBytes));
            row = rows.Next(e, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountFour(TileRows rows, ulong* query, int* counts)
    {
        ulong q0 = query[0], q1 = query[1], q2 = query[2], q3 = query[3];
        byte* row = rows[0];
        for (int e = 0; e < rows.Count; e++)
        {
            ulong* x = (ulong*)row;
            int low = BitOperations.PopCount(x[0] ^ q0) + BitOperations.PopCount(x[1] ^ q1);
            counts[e] = low + BitOperations.PopCount(x[2] ^ q2) + BitOperations.PopCount(x[3] ^ q3);
            Prefetch.ToL1(rows.Ahead(e, row, TileRows.SequentialAheadBytes));
            row = rows.Next(e, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountMany(TileRows rows, int words, ulong* query, int* counts)
    {
        byte* row = rows[0];
        for (int e = 0; e < rows.Count; e++)
        {
            ulong* x = (ulong*)row;
            byte* next = rows.Ahead(e, row, TileRows.SequentialAheadBytes);
            int even = 0, odd = 0, w = 0;
            for (; w + 4 <= words; w += 4)
            {
                even += BitOperations.PopCount(x[w] ^ query[w]) + BitOperations.PopCount(x[w + 1] ^ query[w + 1]);
                odd += BitOperations.PopCount(x[w + 2] ^ query[w + 2]) + BitOperations.PopCount(x[w + 3] ^ query[w + 3]);
                Prefetch.ToL1(next + (w * sizeof(ulong)));
            }

            for (; w < words; w++)
            {
                even += BitOperations.PopCount(x[w] ^ query[w]);
            }

            counts[e] = even + odd;
            row = rows.Next(e, row);
        }
    }

    /// <summary>Rows that fill vectors: their bytes' bits are counted in bytes, which 16 words leave room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountVectors<TLanes, TVector>(TileRows rows, int words, ulong* query, int* counts)
        where TLanes : ICodeLanes<TVector>
        where TVector : struct
    {
        byte* row = rows[0];
        for (int e = 0; e < rows.Count; e++)
        {
            ulong* x = (ulong*)row;
            byte* next = rows.Ahead(e, row, TileRows.SequentialAheadBytes);
            TVector bytes = default;
            int w = 0;
            for (; w + TLanes.Count <= words; w += TLanes.Count)
            {
                bytes = TLanes.AddBits(bytes, TLanes.Xor(TLanes.Load(x + w), TLanes.Load(query + w)));
                Prefetch.ToL1(next + (w * sizeof(ulong)));
            }

            int sum = TLanes.SumOfBytes(bytes);
            for (; w < words; w++)
            {
                sum += BitOperations.PopCount(x[w] ^ query[w]);
            }

            counts[e] = sum;
            row = rows.Next(e, row);
        }
    }

    /// <summary>In place: a count and its score have the same place.</summary>
    private static void ToScores(int* counts, int count, float plus, float* scores)
    {
        int e = 0;
        for (; e + Vector<int>.Count <= count; e += Vector<int>.Count)
        {
            Vector<int> twice = Vector.Load(counts + e) * 2;
            Vector.Store(new Vector<float>(plus) - Vector.ConvertToSingle(twice), scores + e);
        }

        for (; e < count; e++)
        {
            scores[e] = plus - (2 * counts[e]);
        }
    }
}
