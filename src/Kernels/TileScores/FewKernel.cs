using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// Four rows x one or two queries, vectors along D: for batches so small that memory is the limit. A row is never read
/// past its end: its last vector overlaps the one before, and the packed query is zero there.
/// </summary>
internal static unsafe class FewKernel<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int GroupRows = 4;
    private const int ScoresStride = TileRows.EntriesMax + TileRows.PaddedEntries;

    public static void Score(
        in TileRows rows, bool halves, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
    {
        if (halves)
        {
            Score<HalfRows>(rows, dim, queries, queryCount, scale, add, scores);
        }
        else
        {
            Score<SingleRows>(rows, dim, queries, queryCount, scale, add, scores);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Kept(float* scores, int count, float limit, ulong* kept)
    {
        TVector limits = TLanes.Broadcast(limit);
        for (int e = 0; e < count; e += 64)
        {
            ulong word = 0;
            for (int lane = 0; lane < 64 && e + lane < count; lane += TLanes.Count)
            {
                word |= (ulong)TLanes.NotLessThan(TLanes.Load(scores + e + lane), limits) << lane;
            }

            int rest = count - e;
            kept[e / 64] = rest < 64 ? word & ((1UL << rest) - 1) : word;
        }
    }

    private static void Score<TRows>(
        in TileRows rows, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
        where TRows : IRowSource
    {
        int stride = TileScores.FewStride(dim, TLanes.Count);
        if (dim < TLanes.Count)
        {
            for (int query = 0; query < queryCount; query++)
            {
                Short<TRows>(rows, dim, queries + (query * stride), scale, add, scores + (query * ScoresStride));
            }

            return;
        }

        int done = 0;
        for (; done <= queryCount - 2; done += 2)
        {
            Two<TRows>(rows, dim, queries + (done * stride), scale, add, scores + (done * ScoresStride));
        }

        if (done < queryCount)
        {
            One<TRows>(rows, dim, queries + (done * stride), scale, add, scores + (done * ScoresStride));
        }
    }

    private static void Short<TRows>(in TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
        where TRows : IRowSource
    {
        for (int e = 0; e < rows.Count; e++)
        {
            float sum = 0;
            for (int d = 0; d < dim; d++)
            {
                sum += query[d] * TRows.LoadOne(rows[e], d);
            }

            Write(sum, scale[e], add, scores + e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<TRows>(in TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
        where TRows : IRowSource
    {
        nint last = dim - TLanes.Count;
        float* tail = query + (dim / TLanes.Count * TLanes.Count);
        for (int e = 0; e < rows.Count; e += GroupRows)
        {
            byte* x0 = rows[e];
            byte* x1 = rows[e + 1];
            byte* x2 = rows[e + 2];
            byte* x3 = rows[e + 3];
            TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (nint d = 0; d <= last; d += TLanes.Count)
            {
                TVector q = TLanes.Load(query + d);
                sum0 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x0, d), sum0);
                sum1 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x1, d), sum1);
                sum2 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x2, d), sum2);
                sum3 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x3, d), sum3);
            }

            if (dim % TLanes.Count != 0)
            {
                TVector q = TLanes.Load(tail);
                sum0 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x0, last), sum0);
                sum1 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x1, last), sum1);
                sum2 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x2, last), sum2);
                sum3 = TLanes.MultiplyAdd(q, TRows.Load<TLanes, TVector>(x3, last), sum3);
            }

            Write(TLanes.Sum(sum0), scale[e], add, scores + e);
            Write(TLanes.Sum(sum1), scale[e + 1], add, scores + e + 1);
            Write(TLanes.Sum(sum2), scale[e + 2], add, scores + e + 2);
            Write(TLanes.Sum(sum3), scale[e + 3], add, scores + e + 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<TRows>(in TileRows rows, int dim, float* query, float* scale, bool add, float* scores)
        where TRows : IRowSource
    {
        nint last = dim - TLanes.Count;
        nint stride = TileScores.FewStride(dim, TLanes.Count);
        float* tail = query + (dim / TLanes.Count * TLanes.Count);
        for (int e = 0; e < rows.Count; e += GroupRows)
        {
            byte* x0 = rows[e];
            byte* x1 = rows[e + 1];
            byte* x2 = rows[e + 2];
            byte* x3 = rows[e + 3];
            TVector first0 = default, first1 = default, first2 = default, first3 = default;
            TVector second0 = default, second1 = default, second2 = default, second3 = default;
            float* q = query;
            nint d = 0;
            while (d <= last)
            {
                TVector first = TLanes.Load(q);
                TVector second = TLanes.Load(q + stride);
                TVector x = TRows.Load<TLanes, TVector>(x0, d);
                first0 = TLanes.MultiplyAdd(first, x, first0);
                second0 = TLanes.MultiplyAdd(second, x, second0);
                x = TRows.Load<TLanes, TVector>(x1, d);
                first1 = TLanes.MultiplyAdd(first, x, first1);
                second1 = TLanes.MultiplyAdd(second, x, second1);
                x = TRows.Load<TLanes, TVector>(x2, d);
                first2 = TLanes.MultiplyAdd(first, x, first2);
                second2 = TLanes.MultiplyAdd(second, x, second2);
                x = TRows.Load<TLanes, TVector>(x3, d);
                first3 = TLanes.MultiplyAdd(first, x, first3);
                second3 = TLanes.MultiplyAdd(second, x, second3);
                q += TLanes.Count;
                // The step after the last whole vector is the overlapping one.
                d = d + TLanes.Count <= last || d == last ? d + TLanes.Count : last;
            }

            Write(TLanes.Sum(first0), scale[e], add, scores + e);
            Write(TLanes.Sum(first1), scale[e + 1], add, scores + e + 1);
            Write(TLanes.Sum(first2), scale[e + 2], add, scores + e + 2);
            Write(TLanes.Sum(first3), scale[e + 3], add, scores + e + 3);
            Write(TLanes.Sum(second0), scale[e], add, scores + ScoresStride + e);
            Write(TLanes.Sum(second1), scale[e + 1], add, scores + ScoresStride + e + 1);
            Write(TLanes.Sum(second2), scale[e + 2], add, scores + ScoresStride + e + 2);
            Write(TLanes.Sum(second3), scale[e + 3], add, scores + ScoresStride + e + 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(float sum, float scale, bool add, float* score)
        => *score = add ? (sum * scale) + *score : sum * scale;
}
