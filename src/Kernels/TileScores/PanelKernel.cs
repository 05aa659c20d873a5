using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// A register tile of 6 rows x 2 vectors of queries: 12 accumulators, 2 query vectors and 1 broadcast element fit the
/// 16 vector registers of AVX2, and 8 loads for 12 multiply-adds leave the arithmetic as the limit. A panel that fills
/// one vector only takes 6 rows x 1 vector, two elements of D at a time, so that 12 sums are still in flight. Six rows
/// read side by side are a pattern that no hardware prefetcher follows, so the lines of the third group on are asked
/// for, six every sixteen elements (batch 16, Zen 3: 40 % of the multiply-add peak without, 87 % with). A narrow panel
/// has memory for its limit and asks for one line every two elements, so that none waits for others (batch 16, Sapphire
/// Rapids: 0.95 of the time).
/// </summary>
internal static unsafe class PanelKernel<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int GroupRows = 6;
    private const int RowsAhead = 3 * GroupRows;
    private const int LineElements = TileRows.LineBytes / sizeof(float);

    /// <summary>Bytes of a group's rows for every two of their elements.</summary>
    private const int AskBytes = 2 * GroupRows * sizeof(float);

    public static void Score(
        in TileRows rows, int dim, float* panel, int queryCount, float* scale, bool add, float* scores)
    {
        if (queryCount > TLanes.Count)
        {
            Wide(rows, dim, panel, scale, add, scores);
        }
        else
        {
            Narrow(rows, dim, panel, scale, add, scores);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Kept(float* scores, int count, float* limits, uint used, ulong* kept)
    {
        int listed = 0;
        int width = 2 * TLanes.Count;
        TVector lowLimit = TLanes.Load(limits);
        TVector highLimit = TLanes.Load(limits + TLanes.Count);
        for (int e = 0; e < count; e++)
        {
            TVector low = TLanes.Load(scores);
            TVector high = TLanes.Load(scores + TLanes.Count);
            if (!TLanes.AllLess(low, lowLimit, high, highLimit))
            {
                uint queries = TLanes.NotLessThan(low, lowLimit)
                    | (TLanes.NotLessThan(high, highLimit) << TLanes.Count);
                kept[listed] = ((ulong)e << 32) | (queries & used);
                listed += (queries & used) != 0 ? 1 : 0;
            }

            scores += width;
        }

        return listed;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide(in TileRows rows, int dim, float* panel, float* scale, bool add, float* scores)
    {
        nint aheadStep = rows.PrefetchStep(GroupRows);
        for (int e = 0; e < rows.Count; e += GroupRows)
        {
            float* x0 = (float*)rows[e], x1 = (float*)rows[e + 1];
            float* x2 = (float*)rows[e + 2], x3 = (float*)rows[e + 3];
            float* x4 = (float*)rows[e + 4], x5 = (float*)rows[e + 5];
            TVector low0 = default, low1 = default, low2 = default, low3 = default, low4 = default, low5 = default;
            TVector high0 = default, high1 = default, high2 = default, high3 = default, high4 = default;
            TVector high5 = default;
            float* q = panel;
            byte* next0 = rows.PrefetchStart(e + RowsAhead, 0), next1 = rows.PrefetchStart(e + RowsAhead, 1);
            byte* next2 = rows.PrefetchStart(e + RowsAhead, 2), next3 = rows.PrefetchStart(e + RowsAhead, 3);
            byte* next4 = rows.PrefetchStart(e + RowsAhead, 4), next5 = rows.PrefetchStart(e + RowsAhead, 5);
            nint ahead = 0;
            for (nint d = 0; d < dim;)
            {
                Prefetch.ToL1(next0 + ahead);
                Prefetch.ToL1(next1 + ahead);
                Prefetch.ToL1(next2 + ahead);
                Prefetch.ToL1(next3 + ahead);
                Prefetch.ToL1(next4 + ahead);
                Prefetch.ToL1(next5 + ahead);
                ahead += aheadStep;
                nint stop = Math.Min(d + LineElements, dim);
                for (; d < stop; d++)
                {
                    TVector low = TLanes.Load(q);
                    TVector high = TLanes.Load(q + TLanes.Count);
                    TVector x = TLanes.Broadcast(x0[d]);
                    low0 = TLanes.MultiplyAdd(x, low, low0);
                    high0 = TLanes.MultiplyAdd(x, high, high0);
                    x = TLanes.Broadcast(x1[d]);
                    low1 = TLanes.MultiplyAdd(x, low, low1);
                    high1 = TLanes.MultiplyAdd(x, high, high1);
                    x = TLanes.Broadcast(x2[d]);
                    low2 = TLanes.MultiplyAdd(x, low, low2);
                    high2 = TLanes.MultiplyAdd(x, high, high2);
                    x = TLanes.Broadcast(x3[d]);
                    low3 = TLanes.MultiplyAdd(x, low, low3);
                    high3 = TLanes.MultiplyAdd(x, high, high3);
                    x = TLanes.Broadcast(x4[d]);
                    low4 = TLanes.MultiplyAdd(x, low, low4);
                    high4 = TLanes.MultiplyAdd(x, high, high4);
                    x = TLanes.Broadcast(x5[d]);
                    low5 = TLanes.MultiplyAdd(x, low, low5);
                    high5 = TLanes.MultiplyAdd(x, high, high5);
                    q += 2 * TLanes.Count;
                }
            }

            Write(low0, high0, scale[e], add, scores);
            Write(low1, high1, scale[e + 1], add, scores + (2 * TLanes.Count));
            Write(low2, high2, scale[e + 2], add, scores + (4 * TLanes.Count));
            Write(low3, high3, scale[e + 3], add, scores + (6 * TLanes.Count));
            Write(low4, high4, scale[e + 4], add, scores + (8 * TLanes.Count));
            Write(low5, high5, scale[e + 5], add, scores + (10 * TLanes.Count));
            scores += 2 * GroupRows * TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(in TileRows rows, int dim, float* panel, float* scale, bool add, float* scores)
    {
        nint rowBytes = dim * sizeof(float);
        for (int e = 0; e < rows.Count; e += GroupRows)
        {
            float* x0 = (float*)rows[e], x1 = (float*)rows[e + 1];
            float* x2 = (float*)rows[e + 2], x3 = (float*)rows[e + 3];
            float* x4 = (float*)rows[e + 4], x5 = (float*)rows[e + 5];
            TVector even0 = default, even1 = default, even2 = default, even3 = default, even4 = default;
            TVector even5 = default;
            TVector odd0 = default, odd1 = default, odd2 = default, odd3 = default, odd4 = default, odd5 = default;
            float* q = panel;
            int asked = e + RowsAhead;
            byte* line = rows[asked], end = line + rowBytes;
            nint d = 0;
            for (; d < dim - 1; d += 2)
            {
                // Less than a line further each time, row after row, so that every line is asked for.
                Prefetch.ToL1(line);
                line += AskBytes;
                if (line >= end)
                {
                    nint past = (nint)(line - end);
                    line = rows[++asked] + past;
                    end = line - past + rowBytes;
                }

                TVector even = TLanes.Load(q);
                TVector odd = TLanes.Load(q + (2 * TLanes.Count));
                even0 = TLanes.MultiplyAdd(TLanes.Broadcast(x0[d]), even, even0);
                even1 = TLanes.MultiplyAdd(TLanes.Broadcast(x1[d]), even, even1);
                even2 = TLanes.MultiplyAdd(TLanes.Broadcast(x2[d]), even, even2);
                even3 = TLanes.MultiplyAdd(TLanes.Broadcast(x3[d]), even, even3);
                even4 = TLanes.MultiplyAdd(TLanes.Broadcast(x4[d]), even, even4);
                even5 = TLanes.MultiplyAdd(TLanes.Broadcast(x5[d]), even, even5);
                odd0 = TLanes.MultiplyAdd(TLanes.Broadcast(x0[d + 1]), odd, odd0);
                odd1 = TLanes.MultiplyAdd(TLanes.Broadcast(x1[d + 1]), odd, odd1);
                odd2 = TLanes.MultiplyAdd(TLanes.Broadcast(x2[d + 1]), odd, odd2);
                odd3 = TLanes.MultiplyAdd(TLanes.Broadcast(x3[d + 1]), odd, odd3);
                odd4 = TLanes.MultiplyAdd(TLanes.Broadcast(x4[d + 1]), odd, odd4);
                odd5 = TLanes.MultiplyAdd(TLanes.Broadcast(x5[d + 1]), odd, odd5);
                q += 4 * TLanes.Count;
            }

            if (d < dim)
            {
                TVector even = TLanes.Load(q);
                even0 = TLanes.MultiplyAdd(TLanes.Broadcast(x0[d]), even, even0);
                even1 = TLanes.MultiplyAdd(TLanes.Broadcast(x1[d]), even, even1);
                even2 = TLanes.MultiplyAdd(TLanes.Broadcast(x2[d]), even, even2);
                even3 = TLanes.MultiplyAdd(TLanes.Broadcast(x3[d]), even, even3);
                even4 = TLanes.MultiplyAdd(TLanes.Broadcast(x4[d]), even, even4);
                even5 = TLanes.MultiplyAdd(TLanes.Broadcast(x5[d]), even, even5);
            }

            Write(TLanes.Add(even0, odd0), scale[e], add, scores);
            Write(TLanes.Add(even1, odd1), scale[e + 1], add, scores + (2 * TLanes.Count));
            Write(TLanes.Add(even2, odd2), scale[e + 2], add, scores + (4 * TLanes.Count));
            Write(TLanes.Add(even3, odd3), scale[e + 3], add, scores + (6 * TLanes.Count));
            Write(TLanes.Add(even4, odd4), scale[e + 4], add, scores + (8 * TLanes.Count));
            Write(TLanes.Add(even5, odd5), scale[e + 5], add, scores + (10 * TLanes.Count));
            scores += 2 * GroupRows * TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(TVector low, TVector high, float scale, bool add, float* scores)
    {
        Write(low, scale, add, scores);
        Write(high, scale, add, scores + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(TVector sum, float scale, bool add, float* scores)
    {
        TVector before = add ? TLanes.Load(scores) : default;
        TLanes.Store(TLanes.MultiplyAdd(sum, TLanes.Broadcast(scale), before), scores);
    }
}
