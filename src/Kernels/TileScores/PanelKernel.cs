using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// A register tile of 6 rows x 2 vectors of queries: 12 accumulators, 2 query vectors and 1 broadcast element fit the
/// 16 vector registers of AVX2, and 8 loads for 12 multiply-adds leave the arithmetic as the limit. A panel that fills
/// one vector only takes two elements of D at a time, a pair of lanes a query: one broadcast of two elements serves two
/// vectors, where a broadcast a multiply-add made 14 loads for 12 (Zen 5, rows in the second cache: 97 % of the
/// multiply-add peak, with a broadcast each 78). Six rows read side by side are a pattern that no hardware prefetcher
/// follows, so the lines of the second group on are asked for, six every sixteen elements (batch 16, Zen 3: 40 % of
/// the multiply-add peak without, 87 % with; Zen 5: 0.96 of the time of the third group on).
/// </summary>
internal static unsafe class PanelKernel<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int GroupRows = 6;
    private const int RowsAhead = 2 * GroupRows;
    private const int LineElements = TileRows.LineBytes / sizeof(float);

    public static void Score(
        in TileRows rows, int dim, float* panel, int queryCount, float* scale, bool add, float* scores)
    {
        if (queryCount > TLanes.Count)
        {
            Score<OneElement>(rows, dim, panel, scale, add, scores);
        }
        else
        {
            Score<TwoElements>(rows, dim, panel, scale, add, scores);
        }
    }

    public static int Kept(float* scores, int count, float* limits, uint used, ulong* kept)
        => (ulong)used >> TLanes.Count == 0
            ? KeptNarrow(scores, count, limits, used, kept)
            : KeptWide(scores, count, limits, used, kept);

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
    private static int KeptWide(float* scores, int count, float* limits, uint used, ulong* kept)
    {
        int listed = 0;
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
                listed += List(e, queries & used, kept + listed);
            }

            scores += 2 * TLanes.Count;
        }

        return listed;
    }

    /// <summary>Of a panel whose second vector has no query: two entries with one test.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int KeptNarrow(float* scores, int count, float* limits, uint used, ulong* kept)
    {
        int listed = 0;
        TVector limit = TLanes.Load(limits);
        int e = 0;
        for (; e < count - 1; e += 2)
        {
            TVector first = TLanes.Load(scores);
            TVector second = TLanes.Load(scores + (2 * TLanes.Count));
            if (!TLanes.AllLess(first, limit, second, limit))
            {
                listed += List(e, TLanes.NotLessThan(first, limit) & used, kept + listed);
                listed += List(e + 1, TLanes.NotLessThan(second, limit) & used, kept + listed);
            }

            scores += 4 * TLanes.Count;
        }

        if (e < count)
        {
            listed += List(e, TLanes.NotLessThan(TLanes.Load(scores), limit) & used, kept + listed);
        }

        return listed;
    }

    /// <summary>Writes an entry and its queries; 1 if there is one, 0 if what was written does not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int List(int entry, uint queries, ulong* kept)
    {
        *kept = ((ulong)entry << 32) | queries;
        return queries != 0 ? 1 : 0;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score<TStep>(in TileRows rows, int dim, float* panel, float* scale, bool add, float* scores)
        where TStep : IPanelStep
    {
        Group group;
        group.AheadStep = rows.PrefetchStep(GroupRows);
        for (int e = 0; e < rows.Count; e += GroupRows)
        {
            for (int r = 0; r < GroupRows; r++)
            {
                group.Rows[r] = (long)rows[e + r];
                group.Ahead[r] = (long)rows.PrefetchStart(e + RowsAhead, r);
            }

            ScoreGroup<TStep>(&group, dim, panel, scale + e, add, scores + (2L * TLanes.Count * e));
        }
    }

    /// <summary>One group, in a method of its own so that the loop over D has the registers for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ScoreGroup<TStep>(
        Group* group, int dim, float* q, float* scale, bool add, float* scores)
        where TStep : IPanelStep
    {
        float* x0 = (float*)group->Rows[0], x1 = (float*)group->Rows[1], x2 = (float*)group->Rows[2];
        float* x3 = (float*)group->Rows[3], x4 = (float*)group->Rows[4], x5 = (float*)group->Rows[5];
        TVector low0 = default, low1 = default, low2 = default, low3 = default, low4 = default, low5 = default;
        TVector high0 = default, high1 = default, high2 = default, high3 = default, high4 = default;
        TVector high5 = default;
        nint whole = dim & -TStep.Elements;
        nint ahead = 0;
        for (nint d = 0; d < whole;)
        {
            Prefetch.ToL1((byte*)group->Ahead[0] + ahead);
            Prefetch.ToL1((byte*)group->Ahead[1] + ahead);
            Prefetch.ToL1((byte*)group->Ahead[2] + ahead);
            Prefetch.ToL1((byte*)group->Ahead[3] + ahead);
            Prefetch.ToL1((byte*)group->Ahead[4] + ahead);
            Prefetch.ToL1((byte*)group->Ahead[5] + ahead);
            ahead += group->AheadStep;
            nint stop = Math.Min(d + LineElements, whole);
            for (; d < stop; d += TStep.Elements)
            {
                TVector low = TLanes.Load(q);
                TVector high = TLanes.Load(q + TLanes.Count);
                Add(TStep.Broadcast<TLanes, TVector>(x0 + d), low, high, ref low0, ref high0);
                Add(TStep.Broadcast<TLanes, TVector>(x1 + d), low, high, ref low1, ref high1);
                Add(TStep.Broadcast<TLanes, TVector>(x2 + d), low, high, ref low2, ref high2);
                Add(TStep.Broadcast<TLanes, TVector>(x3 + d), low, high, ref low3, ref high3);
                Add(TStep.Broadcast<TLanes, TVector>(x4 + d), low, high, ref low4, ref high4);
                Add(TStep.Broadcast<TLanes, TVector>(x5 + d), low, high, ref low5, ref high5);
                q += 2 * TLanes.Count;
            }
        }

        if (whole < dim)
        {
            // The last of an odd number of elements; the second of its pair is zero in the panel.
            TVector low = TLanes.Load(q);
            TVector high = TLanes.Load(q + TLanes.Count);
            Add(TLanes.Broadcast(x0[whole]), low, high, ref low0, ref high0);
            Add(TLanes.Broadcast(x1[whole]), low, high, ref low1, ref high1);
            Add(TLanes.Broadcast(x2[whole]), low, high, ref low2, ref high2);
            Add(TLanes.Broadcast(x3[whole]), low, high, ref low3, ref high3);
            Add(TLanes.Broadcast(x4[whole]), low, high, ref low4, ref high4);
            Add(TLanes.Broadcast(x5[whole]), low, high, ref low5, ref high5);
        }

        Write<TStep>(low0, high0, scale[0], add, scores);
        Write<TStep>(low1, high1, scale[1], add, scores + (2 * TLanes.Count));
        Write<TStep>(low2, high2, scale[2], add, scores + (4 * TLanes.Count));
        Write<TStep>(low3, high3, scale[3], add, scores + (6 * TLanes.Count));
        Write<TStep>(low4, high4, scale[4], add, scores + (8 * TLanes.Count));
        Write<TStep>(low5, high5, scale[5], add, scores + (10 * TLanes.Count));
    }

    /// <summary>Addresses of a group's rows, of the lines to ask for first, and how far those move on.</summary>
    private struct Group
    {
        public fixed long Rows[GroupRows];
        public fixed long Ahead[GroupRows];
        public nint AheadStep;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector x, TVector low, TVector high, ref TVector lowSums, ref TVector highSums)
    {
        lowSums = TLanes.MultiplyAdd(x, low, lowSums);
        highSums = TLanes.MultiplyAdd(x, high, highSums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TStep>(TVector low, TVector high, float scale, bool add, float* scores)
        where TStep : IPanelStep
    {
        if (TStep.Elements == 2)
        {
            Write(TLanes.AddPairs(low, high), scale, add, scores);
            return;
        }

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
