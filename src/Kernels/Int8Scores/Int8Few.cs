using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <summary>
/// Rows x one or four queries of 16 bits, vectors along D, in streams as <see cref="FewKernel{T,U,V}"/> reads them: two
/// instructions add what floats take four for.
/// </summary>
internal static unsafe class Int8Few<TLanes, TVector>
    where TLanes : IByteLanes<TVector>
    where TVector : struct
{
    private const int FirstBytes = Int8Scores.FewStart * sizeof(float);
    private const int ScoresStride = TileRows.EntriesMax + TileRows.PaddedEntries;

    private static int StepElements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    public static void Score(
        in TileRows rows, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
    {
        if (queryCount == 1)
        {
            One(rows, dim, queries, scale, add, scores);
        }
        else
        {
            Four(rows, dim, queries, queryCount, scale, add, scores);
        }
    }

    /// <summary>Four rows x one query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
    {
        nint last = dim - StepElements;
        byte* numbers = (byte*)(query + Int8Scores.FewStart);
        int apart = (rows.Count + 3) / 4;
        byte* x0 = rows[0], x1 = rows[apart], x2 = rows[2 * apart], x3 = rows[3 * apart];
        for (int e = 0; e < apart; e++)
        {
            nint ahead = rows.AheadBytes(e, apart, 4);
            byte* next0 = rows.Ahead(e, x0, ahead), next1 = rows.Ahead(e + apart, x1, ahead);
            byte* next2 = rows.Ahead(e + (2 * apart), x2, ahead), next3 = rows.Ahead(e + (3 * apart), x3, ahead);
            TVector a = default, b = default, c = default, d = default;
            for (nint at = 0; at < last + StepElements; at += StepElements)
            {
                if ((at & (TileRows.LineBytes - 1)) == 0)
                {
                    Prefetch.ToL1(next0 + at);
                    Prefetch.ToL1(next1 + at);
                    Prefetch.ToL1(next2 + at);
                    Prefetch.ToL1(next3 + at);
                }

                nint place = Math.Min(at, last);
                TVector q = TLanes.Load(numbers + (at * sizeof(short)));
                a = TLanes.AddProducts(a, TLanes.WidenToShorts(x0 + place), q);
                b = TLanes.AddProducts(b, TLanes.WidenToShorts(x1 + place), q);
                c = TLanes.AddProducts(c, TLanes.WidenToShorts(x2 + place), q);
                d = TLanes.AddProducts(d, TLanes.WidenToShorts(x3 + place), q);
            }

            Write(TLanes.SumEach(a, b, c, d), *query, scale + e, apart, add, scores + e);
            x0 = rows.Next(e, x0);
            x1 = rows.Next(e + apart, x1);
            x2 = rows.Next(e + (2 * apart), x2);
            x3 = rows.Next(e + (3 * apart), x3);
        }
    }

    /// <summary>One row of each of two stretches x four queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(
        TileRows rows, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
    {
        nint last = dim - StepElements;
        nint stride = Int8Scores.FewStride(dim) * sizeof(float);
        byte* first = (byte*)(queries + Int8Scores.FewStart);
        byte* second = first + stride;
        byte* third = queryCount > 2 ? second + stride : second;
        byte* fourth = queryCount > 3 ? third + stride : third;
        Vector128<float> steps = Vector128.Create(
            queries[0], ((float*)(second - FirstBytes))[0], ((float*)(third - FirstBytes))[0],
            ((float*)(fourth - FirstBytes))[0]);
        int apart = (rows.Count + 1) / 2;
        for (int e = 0; e < apart; e++)
        {
            byte* x0 = rows[e], x1 = rows[e + apart];
            nint ahead = rows.AheadBytes(e, apart, 2);
            byte* next0 = rows.Ahead(e, x0, ahead), next1 = rows.Ahead(e + apart, x1, ahead);
            TVector a0 = default, b0 = default, c0 = default, d0 = default;
            TVector a1 = default, b1 = default, c1 = default, d1 = default;
            for (nint at = 0; at < last + StepElements; at += StepElements)
            {
                if ((at & (TileRows.LineBytes - 1)) == 0)
                {
                    Prefetch.ToL1(next0 + at);
                    Prefetch.ToL1(next1 + at);
                }

                nint place = Math.Min(at, last);
                nint number = at * sizeof(short);
                TVector row0 = TLanes.WidenToShorts(x0 + place), row1 = TLanes.WidenToShorts(x1 + place);
                TVector q = TLanes.Load(first + number);
                a0 = TLanes.AddProducts(a0, row0, q);
                a1 = TLanes.AddProducts(a1, row1, q);
                q = TLanes.Load(second + number);
                b0 = TLanes.AddProducts(b0, row0, q);
                b1 = TLanes.AddProducts(b1, row1, q);
                q = TLanes.Load(third + number);
                c0 = TLanes.AddProducts(c0, row0, q);
                c1 = TLanes.AddProducts(c1, row1, q);
                q = TLanes.Load(fourth + number);
                d0 = TLanes.AddProducts(d0, row0, q);
                d1 = TLanes.AddProducts(d1, row1, q);
            }

            WriteQueries(TLanes.SumEach(a0, b0, c0, d0), steps, scale[e], add, scores + e);
            WriteQueries(TLanes.SumEach(a1, b1, c1, d1), steps, scale[e + apart], add, scores + e + apart);
        }
    }

    /// <summary>Writes the scores of four entries that lie <paramref name="apart"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector128<int> sums, float step, float* scale, nint apart, bool add, float* scores)
    {
        Vector128<float> products = Vector128.ConvertToSingle(sums) * Vector128.Create(step);
        FourScores.Write(products * FourScores.Load(scale, apart), apart, add, scores);
    }

    /// <summary>Writes the scores of one entry and four queries; there is room for as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteQueries(Vector128<int> sums, Vector128<float> steps, float scale, bool add, float* score)
    {
        Vector128<float> products = Vector128.ConvertToSingle(sums) * steps;
        FourScores.Write(products * Vector128.Create(scale), ScoresStride, add, score);
    }
}
