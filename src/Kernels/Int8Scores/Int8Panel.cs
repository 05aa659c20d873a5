using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// A register tile of 6 rows x 1 or 2 vectors of queries, four components a lane, as <see cref="PanelKernel{T,U}"/> has
/// of floats: the row's components in every lane, a lane a query. Sixteen components are added in 16 bits before they
/// are widened (Zen 5, rows in the first cache: 2.5 times the multiply-adds of floats with eight, 2.7 with sixteen).
/// </summary>
internal static unsafe class Int8Panel<TLanes, TVector>
    where TLanes : IByteLanes<TVector>
    where TVector : struct
{
    private const int GroupRows = 6;
    private const int RowsAhead = 8;
    private const byte UpperBit = 0x80;

    public static int Kept(in TileRows rows, float* panel, in Int8PanelTest test, ulong* kept)
    {
        nint stride = Int8Scores.RowStride(test.Dim);
        byte* row = rows[0], ahead = test.Ahead;
        float* scale = test.Scales, before = test.Before;
        uint* masks = stackalloc uint[GroupRows];
        bool isWide = (ulong)test.Used >> TLanes.Count != 0;
        int listed = 0;
        for (int e = 0; e < rows.Count; e += GroupRows)
        {
            bool isKept = isWide
                ? TestWide(row, stride, panel, scale, test.Adds, before, test.Limits, ahead, masks)
                : TestNarrow(row, stride, panel, scale, test.Adds, before, test.Limits, ahead, masks);
            if (isKept)
            {
                int count = Math.Min(GroupRows, rows.Count - e);
                for (int r = 0; r < count; r++)
                {
                    uint queries = masks[r] & test.Used;
                    kept[listed] = ((ulong)(uint)(e + r) << 32) | queries;
                    listed += queries != 0 ? 1 : 0;
                }
            }

            row += GroupRows * stride;
            ahead += GroupRows * stride;
            scale += GroupRows;
            before += GroupRows * 2 * TLanes.Count;
        }

        return listed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MakeReady(in TileRows rows, int dim, byte* target)
    {
        int bytes = 4 * TLanes.Count;
        nint stride = Int8Scores.RowStride(dim);
        for (int e = 0; e < rows.Count; e++, target += stride)
        {
            byte* row = rows[e];
            if (rows.IsScattered)
            {
                byte* ahead = rows[e + RowsAhead];
                for (nint at = 0; at < dim; at += TileRows.LineBytes)
                {
                    Prefetch.ToL1(ahead + at);
                }
            }

            int d = 0;
            for (; d <= dim - bytes; d += bytes)
            {
                TLanes.CopyBiased(row + d, target + d);
            }

            if (d < dim && dim >= bytes)
            {
                TLanes.CopyBiased(row + dim - bytes, target + dim - bytes);
            }
            else
            {
                for (; d < dim; d++)
                {
                    target[d] = (byte)(row[d] ^ UpperBit);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static bool TestWide(
        byte* row,
        nint stride,
        float* panel,
        float* scale,
        bool add,
        float* before,
        float* limits,
        byte* ahead,
        uint* masks)
    {
        int lanes = TLanes.Count;
        TVector low0 = TLanes.Load(panel + (2 * lanes)), high0 = TLanes.Load(panel + (3 * lanes));
        TVector low1 = low0, low2 = low0, low3 = low0, low4 = low0, low5 = low0;
        TVector high1 = high0, high2 = high0, high3 = high0, high4 = high0, high5 = high0;
        float* q = panel + (4 * lanes);
        byte* x0 = row, x1 = row + stride, x2 = x1 + stride, x3 = x2 + stride, x4 = x3 + stride, x5 = x4 + stride;
        for (nint d = 0; d < stride; d += Int8Scores.StepElements)
        {
            Ask(ahead + (d * GroupRows));
            TVector a = TLanes.Load(q), b = TLanes.Load(q + (2 * lanes));
            TVector c = TLanes.Load(q + (4 * lanes)), e = TLanes.Load(q + (6 * lanes));
            TVector f = TLanes.Load(q + lanes), g = TLanes.Load(q + (3 * lanes));
            TVector h = TLanes.Load(q + (5 * lanes)), i = TLanes.Load(q + (7 * lanes));
            Add(x0 + d, a, b, c, e, f, g, h, i, ref low0, ref high0);
            Add(x1 + d, a, b, c, e, f, g, h, i, ref low1, ref high1);
            Add(x2 + d, a, b, c, e, f, g, h, i, ref low2, ref high2);
            Add(x3 + d, a, b, c, e, f, g, h, i, ref low3, ref high3);
            Add(x4 + d, a, b, c, e, f, g, h, i, ref low4, ref high4);
            Add(x5 + d, a, b, c, e, f, g, h, i, ref low5, ref high5);
            q += 8 * lanes;
        }

        uint kept0 = Test(low0, high0, panel, scale[0], add, before, limits);
        uint kept1 = Test(low1, high1, panel, scale[1], add, before + (2 * lanes), limits);
        uint kept2 = Test(low2, high2, panel, scale[2], add, before + (4 * lanes), limits);
        uint kept3 = Test(low3, high3, panel, scale[3], add, before + (6 * lanes), limits);
        uint kept4 = Test(low4, high4, panel, scale[4], add, before + (8 * lanes), limits);
        uint kept5 = Test(low5, high5, panel, scale[5], add, before + (10 * lanes), limits);
        (masks[0], masks[1], masks[2], masks[3], masks[4], masks[5]) = (kept0, kept1, kept2, kept3, kept4, kept5);
        return (kept0 | kept1 | kept2 | kept3 | kept4 | kept5) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static bool TestNarrow(
        byte* row,
        nint stride,
        float* panel,
        float* scale,
        bool add,
        float* before,
        float* limits,
        byte* ahead,
        uint* masks)
    {
        int lanes = TLanes.Count;
        TVector sum0 = TLanes.Load(panel + (2 * lanes));
        TVector sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0, sum5 = sum0;
        float* q = panel + (4 * lanes);
        byte* x0 = row, x1 = row + stride, x2 = x1 + stride, x3 = x2 + stride, x4 = x3 + stride, x5 = x4 + stride;
        for (nint d = 0; d < stride; d += Int8Scores.StepElements)
        {
            Ask(ahead + (d * GroupRows));
            TVector a = TLanes.Load(q), b = TLanes.Load(q + (2 * lanes));
            TVector c = TLanes.Load(q + (4 * lanes)), e = TLanes.Load(q + (6 * lanes));
            Add(x0 + d, a, b, c, e, ref sum0);
            Add(x1 + d, a, b, c, e, ref sum1);
            Add(x2 + d, a, b, c, e, ref sum2);
            Add(x3 + d, a, b, c, e, ref sum3);
            Add(x4 + d, a, b, c, e, ref sum4);
            Add(x5 + d, a, b, c, e, ref sum5);
            q += 8 * lanes;
        }

        uint kept0 = Test(sum0, panel, scale[0], add, before, limits);
        uint kept1 = Test(sum1, panel, scale[1], add, before + (2 * lanes), limits);
        uint kept2 = Test(sum2, panel, scale[2], add, before + (4 * lanes), limits);
        uint kept3 = Test(sum3, panel, scale[3], add, before + (6 * lanes), limits);
        uint kept4 = Test(sum4, panel, scale[4], add, before + (8 * lanes), limits);
        uint kept5 = Test(sum5, panel, scale[5], add, before + (10 * lanes), limits);
        (masks[0], masks[1], masks[2], masks[3], masks[4], masks[5]) = (kept0, kept1, kept2, kept3, kept4, kept5);
        return (kept0 | kept1 | kept2 | kept3 | kept4 | kept5) != 0;
    }

    /// <summary>Asks for a step's share of the rows that come next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(byte* ahead)
    {
        Prefetch.ToL2(ahead);
        Prefetch.ToL2(ahead + (GroupRows * Int8Scores.StepElements) - TileRows.LineBytes + 1);
    }

    /// <summary>Adds sixteen components of a row and of a vector of queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* x, TVector a, TVector b, TVector c, TVector d, ref TVector sums)
    {
        TVector first = TLanes.AddShorts(
            TLanes.MultiplyPairs(TLanes.Broadcast(x), a),
            TLanes.MultiplyPairs(TLanes.Broadcast(x + Int8Scores.LaneElements), b));
        TVector second = TLanes.AddShorts(
            TLanes.MultiplyPairs(TLanes.Broadcast(x + (2 * Int8Scores.LaneElements)), c),
            TLanes.MultiplyPairs(TLanes.Broadcast(x + (3 * Int8Scores.LaneElements)), d));
        sums = TLanes.AddToLanes(sums, TLanes.AddShorts(first, second));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        byte* row,
        TVector a,
        TVector b,
        TVector c,
        TVector d,
        TVector e,
        TVector f,
        TVector g,
        TVector h,
        ref TVector lowSums,
        ref TVector highSums)
    {
        TVector x = TLanes.Broadcast(row), y = TLanes.Broadcast(row + Int8Scores.LaneElements);
        TVector z = TLanes.Broadcast(row + (2 * Int8Scores.LaneElements));
        TVector w = TLanes.Broadcast(row + (3 * Int8Scores.LaneElements));
        TVector low = TLanes.AddShorts(
            TLanes.AddShorts(TLanes.MultiplyPairs(x, a), TLanes.MultiplyPairs(y, b)),
            TLanes.AddShorts(TLanes.MultiplyPairs(z, c), TLanes.MultiplyPairs(w, d)));
        TVector high = TLanes.AddShorts(
            TLanes.AddShorts(TLanes.MultiplyPairs(x, e), TLanes.MultiplyPairs(y, f)),
            TLanes.AddShorts(TLanes.MultiplyPairs(z, g), TLanes.MultiplyPairs(w, h)));
        lowSums = TLanes.AddToLanes(lowSums, low);
        highSums = TLanes.AddToLanes(highSums, high);
    }

    /// <summary>A bit a query whose score is not below its limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Test(
        TVector low, TVector high, float* factors, float scale, bool add, float* before, float* limits)
    {
        int lanes = TLanes.Count;
        uint less = Less(low, factors, scale, add, before, limits)
            | (Less(high, factors + lanes, scale, add, before + lanes, limits + lanes) << lanes);
        return ~less & (uint)((1UL << (2 * lanes)) - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Test(TVector sums, float* factors, float scale, bool add, float* before, float* limits)
        => ~Less(sums, factors, scale, add, before, limits) & ((1u << TLanes.Count) - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Less(TVector sums, float* factors, float scale, bool add, float* before, float* limits)
        => add ? TLanes.Less(sums, scale, limits, before, factors) : TLanes.Less(sums, scale, limits);
}
