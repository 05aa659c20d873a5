using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// One row after the other x one, two or four queries, vectors along D: for batches so small that memory is the limit.
/// Strictly ascending addresses are what the hardware prefetcher wants: four rows side by side read at two thirds of
/// the speed. Lines are prefetched all the same: the
/// sums at the end of each row keep the processor from looking far enough ahead. A row is never read past its end: its
/// last step overlaps the one before, and the packed query is zero there.
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
    {
        nint rowBytes = (nint)dim * TRows.ElementBytes;
        for (int e = 0; e < rows.Count; e++)
        {
            byte* row = rows[e];
            byte* last = row + rowBytes - StepBytes;
            nint ahead = rows.PrefetchDistance(e);
            TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            float* q = query;
            for (; row <= last - StepBytes; row += 2 * StepBytes)
            {
                Prefetch.ToL2(row + ahead);
                if (2 * StepBytes > TileRows.LineBytes)
                {
                    Prefetch.ToL2(row + ahead + TileRows.LineBytes);
                }

                TRows.Load<TLanes, TVector>(row, out TVector x0, out TVector x1);
                TRows.Load<TLanes, TVector>(row + StepBytes, out TVector x2, out TVector x3);
                sum0 = TLanes.MultiplyAdd(x0, TLanes.Load(q), sum0);
                sum1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + TLanes.Count), sum1);
                sum2 = TLanes.MultiplyAdd(x2, TLanes.Load(q + (2 * TLanes.Count)), sum2);
                sum3 = TLanes.MultiplyAdd(x3, TLanes.Load(q + (3 * TLanes.Count)), sum3);
                q += 2 * StepElements;
            }

            for (; row < last + StepBytes; row += StepBytes, q += StepElements)
            {
                TRows.Load<TLanes, TVector>(row < last ? row : last, out TVector x0, out TVector x1);
                sum0 = TLanes.MultiplyAdd(x0, TLanes.Load(q), sum0);
                sum1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + TLanes.Count), sum1);
            }

            Write(TLanes.Add(TLanes.Add(sum0, sum1), TLanes.Add(sum2, sum3)), scale[e], add, scores + e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
    {
        nint rowBytes = (nint)dim * TRows.ElementBytes;
        nint stride = TileScores.FewStride(dim);
        for (int e = 0; e < rows.Count; e++)
        {
            byte* row = rows[e];
            byte* last = row + rowBytes - StepBytes;
            nint ahead = rows.PrefetchDistance(e);
            TVector first0 = default, first1 = default, second0 = default, second1 = default;
            float* q = query;
            for (; row < last + StepBytes; row += StepBytes, q += StepElements)
            {
                Prefetch.ToL2(row + ahead);
                TRows.Load<TLanes, TVector>(row < last ? row : last, out TVector x0, out TVector x1);
                first0 = TLanes.MultiplyAdd(x0, TLanes.Load(q), first0);
                first1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + TLanes.Count), first1);
                second0 = TLanes.MultiplyAdd(x0, TLanes.Load(q + stride), second0);
                second1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + stride + TLanes.Count), second1);
            }

            Write(TLanes.Add(first0, first1), scale[e], add, scores + e);
            Write(TLanes.Add(second0, second1), scale[e], add, scores + ScoresStride + e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
    {
        nint rowBytes = (nint)dim * TRows.ElementBytes;
        nint stride = TileScores.FewStride(dim);
        for (int e = 0; e < rows.Count; e++)
        {
            byte* row = rows[e];
            byte* last = row + rowBytes - StepBytes;
            nint ahead = rows.PrefetchDistance(e);
            TVector first0 = default, first1 = default, second0 = default, second1 = default;
            TVector third0 = default, third1 = default, fourth0 = default, fourth1 = default;
            float* q = query;
            for (; row < last + StepBytes; row += StepBytes, q += StepElements)
            {
                Prefetch.ToL2(row + ahead);
                TRows.Load<TLanes, TVector>(row < last ? row : last, out TVector x0, out TVector x1);
                first0 = TLanes.MultiplyAdd(x0, TLanes.Load(q), first0);
                first1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + TLanes.Count), first1);
                second0 = TLanes.MultiplyAdd(x0, TLanes.Load(q + stride), second0);
                second1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + stride + TLanes.Count), second1);
                third0 = TLanes.MultiplyAdd(x0, TLanes.Load(q + (2 * stride)), third0);
                third1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + (2 * stride) + TLanes.Count), third1);
                fourth0 = TLanes.MultiplyAdd(x0, TLanes.Load(q + (3 * stride)), fourth0);
                fourth1 = TLanes.MultiplyAdd(x1, TLanes.Load(q + (3 * stride) + TLanes.Count), fourth1);
            }

            Write(TLanes.Add(first0, first1), scale[e], add, scores + e);
            Write(TLanes.Add(second0, second1), scale[e], add, scores + ScoresStride + e);
            Write(TLanes.Add(third0, third1), scale[e], add, scores + (2 * ScoresStride) + e);
            Write(TLanes.Add(fourth0, fourth1), scale[e], add, scores + (3 * ScoresStride) + e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(TVector sums, float scale, bool add, float* score)
    {
        float sum = TLanes.Sum(sums);
        *score = add ? (sum * scale) + *score : sum * scale;
    }
}
