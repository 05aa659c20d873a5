using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <summary>
/// Rows x one, two or four queries, vectors along D: for batches so small that memory is the limit. Rows of different
/// stretches of the tile are read at a time, so that as many streams of ascending addresses are in flight: four
/// neighbouring rows, or one row after the other, read at two thirds to four fifths of the speed. A row is never read
/// past its end: its last step overlaps the one before, and the packed query is zero there.
/// </summary>
internal static unsafe class FewKernel<TLanes, TVector, TRows>
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TRows : IRowSource
{
    private const int ScoresStride = TileRows.EntriesMax + TileRows.PaddedEntries;

    private static int StepElements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    private static int StepBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count * TRows.ElementBytes;
    }

    public static void Score(
        in TileRows rows, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
    {
        switch (queryCount)
        {
            case 1:
                One(rows, dim, queries, scale, add, scores);
                break;
            case 2:
                Two(rows, dim, queries, scale, add, scores);
                break;
            default:
                Four(rows, dim, queries, scale, add, scores);
                break;
        }
    }

    /// <summary>Four rows x one query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
    {
        nint last = ((nint)dim * TRows.ElementBytes) - StepBytes;
        int apart = (rows.Count + 3) / 4;
        byte* x0 = rows[0], x1 = rows[apart], x2 = rows[2 * apart], x3 = rows[3 * apart];
        for (int e = 0; e < apart; e++)
        {
            nint ahead = rows.AheadBytes(e, apart, 4);
            byte* next0 = rows.Ahead(e, x0, ahead), next1 = rows.Ahead(e + apart, x1, ahead);
            byte* next2 = rows.Ahead(e + (2 * apart), x2, ahead), next3 = rows.Ahead(e + (3 * apart), x3, ahead);
            TVector a0 = default, a1 = default, a2 = default, a3 = default;
            TVector b0 = default, b1 = default, b2 = default, b3 = default;
            float* q = query;
            nint at = 0;
            for (; at <= last; at += StepBytes)
            {
                TVector qa = TLanes.Load(q), qb = TLanes.Load(q + TLanes.Count);
                Ask(next0 + at, at);
                MultiplyAdd(x0 + at, qa, qb, ref a0, ref b0);
                Ask(next1 + at, at);
                MultiplyAdd(x1 + at, qa, qb, ref a1, ref b1);
                Ask(next2 + at, at);
                MultiplyAdd(x2 + at, qa, qb, ref a2, ref b2);
                Ask(next3 + at, at);
                MultiplyAdd(x3 + at, qa, qb, ref a3, ref b3);
                q += StepElements;
            }

            if (at < last + StepBytes)
            {
                // The last step overlaps the one before.
                TVector qa = TLanes.Load(q), qb = TLanes.Load(q + TLanes.Count);
                MultiplyAdd(x0 + last, qa, qb, ref a0, ref b0);
                MultiplyAdd(x1 + last, qa, qb, ref a1, ref b1);
                MultiplyAdd(x2 + last, qa, qb, ref a2, ref b2);
                MultiplyAdd(x3 + last, qa, qb, ref a3, ref b3);
            }

            Vector128<float> sums = TLanes.SumEach(
                TLanes.Add(a0, b0), TLanes.Add(a1, b1), TLanes.Add(a2, b2), TLanes.Add(a3, b3));
            Write(sums, scale + e, apart, add, scores + e);
            x0 = rows.Next(e, x0);
            x1 = rows.Next(e + apart, x1);
            x2 = rows.Next(e + (2 * apart), x2);
            x3 = rows.Next(e + (3 * apart), x3);
        }
    }

    /// <summary>Adds the products of a row's step with the query's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(byte* step, TVector qa, TVector qb, ref TVector a, ref TVector b)
    {
        if (TRows.ElementBytes == sizeof(float))
        {
            // The loads stand in the products, so that they become one instruction.
            a = TLanes.MultiplyAdd(TLanes.Load((float*)step), qa, a);
            b = TLanes.MultiplyAdd(TLanes.Load((float*)step + TLanes.Count), qb, b);
            return;
        }

        TRows.Load<TLanes, TVector>(step, out TVector xa, out TVector xb);
        a = TLanes.MultiplyAdd(xa, qa, a);
        b = TLanes.MultiplyAdd(xb, qb, b);
    }

    /// <summary>Writes the scores of four entries that lie <paramref name="apart"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector128<float> sums, float* scale, nint apart, bool add, float* scores)
    {
        FourScores.Write(sums * FourScores.Load(scale, apart), apart, add, scores);
    }

    /// <summary>Two rows x two queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
    {
        nint last = ((nint)dim * TRows.ElementBytes) - StepBytes;
        nint stride = TileScores.FewStride(dim);
        int apart = (rows.Count + 1) / 2;
        for (int e = 0; e < apart; e++)
        {
            int e1 = e + apart;
            byte* x0 = rows[e], x1 = rows[e1];
            nint ahead = rows.AheadBytes(e, apart, 2);
            byte* next0 = rows.Ahead(e, x0, ahead), next1 = rows.Ahead(e1, x1, ahead);
            TVector first0 = default, first1 = default, firstB0 = default, firstB1 = default;
            TVector second0 = default, second1 = default, secondB0 = default, secondB1 = default;
            float* q = query;
            for (nint at = 0; at < last + StepBytes; at += StepBytes)
            {
                Ask(next0 + at, at);
                Ask(next1 + at, at);
                nint place = Math.Min(at, last);
                TRows.Load<TLanes, TVector>(x0 + place, out TVector xa0, out TVector xb0);
                TRows.Load<TLanes, TVector>(x1 + place, out TVector xa1, out TVector xb1);
                TVector qa = TLanes.Load(q), qb = TLanes.Load(q + TLanes.Count);
                first0 = TLanes.MultiplyAdd(xa0, qa, first0);
                firstB0 = TLanes.MultiplyAdd(xb0, qb, firstB0);
                first1 = TLanes.MultiplyAdd(xa1, qa, first1);
                firstB1 = TLanes.MultiplyAdd(xb1, qb, firstB1);
                qa = TLanes.Load(q + stride);
                qb = TLanes.Load(q + stride + TLanes.Count);
                second0 = TLanes.MultiplyAdd(xa0, qa, second0);
                secondB0 = TLanes.MultiplyAdd(xb0, qb, secondB0);
                second1 = TLanes.MultiplyAdd(xa1, qa, second1);
                secondB1 = TLanes.MultiplyAdd(xb1, qb, secondB1);
                q += StepElements;
            }

            Write(TLanes.Add(first0, firstB0), scale[e], add, scores + e);
            Write(TLanes.Add(first1, firstB1), scale[e1], add, scores + e1);
            Write(TLanes.Add(second0, secondB0), scale[e], add, scores + ScoresStride + e);
            Write(TLanes.Add(second1, secondB1), scale[e1], add, scores + ScoresStride + e1);
        }
    }

    /// <summary>Two rows x four queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
    {
        nint last = ((nint)dim * TRows.ElementBytes) - StepBytes;
        nint stride = TileScores.FewStride(dim);
        int apart = (rows.Count + 1) / 2;
        for (int e = 0; e < apart; e++)
        {
            int e1 = e + apart;
            byte* x0 = rows[e], x1 = rows[e1];
            nint ahead = rows.AheadBytes(e, apart, 2);
            byte* next0 = rows.Ahead(e, x0, ahead), next1 = rows.Ahead(e1, x1, ahead);
            TVector first0 = default, first1 = default, second0 = default, second1 = default;
            TVector third0 = default, third1 = default, fourth0 = default, fourth1 = default;
            float* q = query;
            for (nint at = 0; at < last + StepBytes; at += StepBytes)
            {
                Ask(next0 + at, at);
                Ask(next1 + at, at);
                nint place = Math.Min(at, last);
                TRows.Load<TLanes, TVector>(x0 + place, out TVector xa0, out TVector xb0);
                TRows.Load<TLanes, TVector>(x1 + place, out TVector xa1, out TVector xb1);
                Step(q, xa0, xb0, xa1, xb1, ref first0, ref first1);
                Step(q + stride, xa0, xb0, xa1, xb1, ref second0, ref second1);
                Step(q + (2 * stride), xa0, xb0, xa1, xb1, ref third0, ref third1);
                Step(q + (3 * stride), xa0, xb0, xa1, xb1, ref fourth0, ref fourth1);
                q += StepElements;
            }

            Write(first0, scale[e], add, scores + e);
            Write(first1, scale[e1], add, scores + e1);
            Write(second0, scale[e], add, scores + ScoresStride + e);
            Write(second1, scale[e1], add, scores + ScoresStride + e1);
            Write(third0, scale[e], add, scores + (2 * ScoresStride) + e);
            Write(third1, scale[e1], add, scores + (2 * ScoresStride) + e1);
            Write(fourth0, scale[e], add, scores + (3 * ScoresStride) + e);
            Write(fourth1, scale[e1], add, scores + (3 * ScoresStride) + e1);
        }
    }

    /// <summary>One step of two rows and a query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        float* q, TVector xa0, TVector xb0, TVector xa1, TVector xb1, ref TVector sum0, ref TVector sum1)
    {
        TVector qa = TLanes.Load(q);
        sum0 = TLanes.MultiplyAdd(xa0, qa, sum0);
        sum1 = TLanes.MultiplyAdd(xa1, qa, sum1);
        TVector qb = TLanes.Load(q + TLanes.Count);
        sum0 = TLanes.MultiplyAdd(xb0, qb, sum0);
        sum1 = TLanes.MultiplyAdd(xb1, qb, sum1);
    }

    /// <summary>Asks for the lines of the step at <paramref name="at"/> that no step before it asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(byte* line, nint at)
    {
        if (StepBytes >= TileRows.LineBytes || (at & (TileRows.LineBytes - 1)) == 0)
        {
            Prefetch.ToL1(line);
        }

        if (StepBytes > TileRows.LineBytes)
        {
            Prefetch.ToL1(line + TileRows.LineBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(TVector sums, float scale, bool add, float* score)
    {
        float sum = TLanes.Sum(sums);
        *score = add ? (sum * scale) + *score : sum * scale;
    }
}
