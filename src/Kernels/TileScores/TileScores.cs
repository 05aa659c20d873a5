using System.Runtime.Intrinsics;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// Float scores of the rows of a tile against a few queries or a panel of them: scores = dot(query, row) * scale[row],
/// plus what the scores held when several embeddings are added up. Fast approximations: whoever keeps a row computes
/// its <see cref="CanonicalScore"/>. Every width of vector, group of rows and order of summation is within
/// (D + 2) * 2^-24 * |query| * |row| * scale of the exact value.
/// </summary>
internal static unsafe partial class TileScores
{
    /// <summary>Queries up to which <see cref="Few"/> wins over <see cref="Panel"/>.</summary>
    public const int FewMax = 4;

    /// <summary>Lanes of the widest vector of this machine.</summary>
    public static int LaneCount
        => Vector512.IsHardwareAccelerated ? Lanes512.Count
        : Vector256.IsHardwareAccelerated ? Lanes256.Count
        : Lanes128.Count;

    /// <summary>Queries of a panel.</summary>
    public static int PanelWidth => 2 * LaneCount;

    /// <summary>Floats of a packed panel.</summary>
    public static int PanelStride(int dim) => (dim + (dim % 2)) * PanelWidth;

    /// <summary>Floats that <see cref="PackFew"/> writes for one query: whole steps.</summary>
    public static int FewStride(int dim)
    {
        int step = FewStep(dim);
        return (dim + step - 1) / step * step;
    }

    /// <summary>
    /// Packs a query for <see cref="Few"/>, step by step: the last step of the row with the elements that were already
    /// counted set to zero. For 16-bit rows a step has its even elements first, and for halves the factor that
    /// <see cref="HalfBits"/> leaves out. A query shorter than a step keeps its order. All elements are multiplied by
    /// 2^<paramref name="exponent"/>, 0 or less, so that none overflows.
    /// </summary>
    public static void PackFew(ReadOnlySpan<float> query, RowElement element, int exponent, float* packed)
    {
        int missing = element == RowElement.Float16 ? HalfBits.MissingExponent : 0;
        int step = FewStep(query.Length);
        new Span<float>(packed, FewStride(query.Length)).Clear();
        for (int d = 0; d < query.Length; d++)
        {
            int start = d / step * step;
            int within = d - Math.Min(start, Math.Max(0, query.Length - step));
            bool paired = element is RowElement.Float16 or RowElement.BFloat16 && query.Length >= step;
            int place = paired ? (within / 2) + (within % 2 * step / 2) : within;
            packed[start + place] = paired
                ? (float)Math.ScaleB(query[d], missing + exponent)
                : (float)Math.ScaleB(query[d], exponent);
        }
    }

    /// <summary>
    /// Packs query <paramref name="position"/> of a panel of <paramref name="queryCount"/>. Element d goes to
    /// [d][position]; in a panel that fills half its width, with element d + 1 side by side, to [d / 2][place], so that
    /// <see cref="ILanes{TVector}.AddPairs"/> of the two vectors has the queries in order.
    /// </summary>
    public static void PackPanel(ReadOnlySpan<float> query, int position, int queryCount, int width, float* panel)
    {
        if (queryCount > width / 2)
        {
            for (int d = 0; d < query.Length; d++)
            {
                panel[(d * width) + position] = query[d];
            }

            return;
        }

        int place = (position % 4 / 2 * (width / 2)) + (position / 4 * 4) + (position % 2 * 2);
        for (int d = 0; d < query.Length; d++)
        {
            panel[(d / 2 * width) + place + (d % 2)] = query[d];
        }
    }

    /// <summary>Scores 1 to <see cref="FewMax"/> queries.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="element">What their elements are.</param>
    /// <param name="dim">D.</param>
    /// <param name="queries">Queries as <see cref="PackFew"/> writes them, one after the other.</param>
    /// <param name="queryCount">How many.</param>
    /// <param name="scale">A factor an entry.</param>
    /// <param name="add">Whether to add to the scores.</param>
    /// <param name="scores">[query][<see cref="TileRows.EntriesMax"/> + <see cref="TileRows.PaddedEntries"/>].</param>
    public static void Few(
        in TileRows rows,
        RowElement element,
        int dim,
        float* queries,
        int queryCount,
        float* scale,
        bool add,
        float* scores)
    {
        switch (element)
        {
            case RowElement.Float32:
                Few<SingleRows>(rows, dim, queries, queryCount, scale, add, scores);
                break;
            case RowElement.Float16:
                Few<HalfRows>(rows, dim, queries, queryCount, scale, add, scores);
                break;
            case RowElement.Int8:
                Few<Int8RowSource>(rows, dim, queries, queryCount, scale, add, scores);
                break;
            default:
                Few<BFloatRows>(rows, dim, queries, queryCount, scale, add, scores);
                break;
        }
    }

    /// <summary>
    /// Rows of 16- and 8-bit elements as floats, one after the other: [entry][<paramref name="dim"/>]. Of halves a third of
    /// the time of TensorPrimitives.ConvertToSingle (Zen 3, Sapphire Rapids), which also takes infinities and NaN.
    /// </summary>
    public static void Widen(in TileRows rows, RowElement element, int dim, float* wide)
    {
        switch (element)
        {
            case RowElement.Float16:
                Widen<HalfRows>(rows, dim, wide);
                break;
            case RowElement.Int8:
                Widen<Int8RowSource>(rows, dim, wide);
                break;
            default:
                Widen<BFloatRows>(rows, dim, wide);
                break;
        }
    }

    /// <summary>Scores a panel of up to <see cref="PanelWidth"/> queries.</summary>
    /// <param name="rows">The rows, floats.</param>
    /// <param name="dim">D.</param>
    /// <param name="panel">The panel as <see cref="PackPanel"/> writes it.</param>
    /// <param name="queryCount">How many of its queries count.</param>
    /// <param name="scale">A factor an entry.</param>
    /// <param name="add">Whether to add to the scores.</param>
    /// <param name="scores">[entry][<see cref="PanelWidth"/>], room for the padded entries too.</param>
    public static void Panel(
        in TileRows rows, int dim, float* panel, int queryCount, float* scale, bool add, float* scores)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            PanelKernel<Lanes512, Vector512<float>>.Score(rows, dim, panel, queryCount, scale, add, scores);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            PanelKernel<Lanes256, Vector256<float>>.Score(rows, dim, panel, queryCount, scale, add, scores);
        }
        else
        {
            PanelKernel<Lanes128, Vector128<float>>.Score(rows, dim, panel, queryCount, scale, add, scores);
        }
    }

    /// <summary>
    /// Lists the entries of which a query of the panel is kept, not (score &lt; limit): the entry in the upper 32 bits,
    /// a bit a query, up to 32, in the lower. Returns how many.
    /// </summary>
    /// <param name="scores">As <see cref="Panel"/> writes them.</param>
    /// <param name="count">Entries.</param>
    /// <param name="limits">A limit a query, <see cref="PanelWidth"/> of them.</param>
    /// <param name="used">The queries that count.</param>
    /// <param name="kept">Room for an element an entry.</param>
    public static int PanelKept(float* scores, int count, float* limits, uint used, ulong* kept)
        => Vector512.IsHardwareAccelerated
            ? PanelKernel<Lanes512, Vector512<float>>.Kept(scores, count, limits, used, kept)
            : Vector256.IsHardwareAccelerated
                ? PanelKernel<Lanes256, Vector256<float>>.Kept(scores, count, limits, used, kept)
                : PanelKernel<Lanes128, Vector128<float>>.Kept(scores, count, limits, used, kept);

    /// <summary>A bit an entry, 64 a word, for one query's scores: not (score &lt; limit).</summary>
    public static void FewKept(float* scores, int count, float limit, ulong* kept)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            PanelKernel<Lanes512, Vector512<float>>.Kept(scores, count, limit, kept);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            PanelKernel<Lanes256, Vector256<float>>.Kept(scores, count, limit, kept);
        }
        else
        {
            PanelKernel<Lanes128, Vector128<float>>.Kept(scores, count, limit, kept);
        }
    }

    /// <summary>Elements of a step of <see cref="Few"/>: two of the widest vectors that a row fills.</summary>
    private static int FewStep(int dim)
        => Vector512.IsHardwareAccelerated && dim >= 2 * Lanes512.Count ? 2 * Lanes512.Count
        : Vector256.IsHardwareAccelerated && dim >= 2 * Lanes256.Count ? 2 * Lanes256.Count
        : 2 * Lanes128.Count;

    private static void Few<TRows>(
        in TileRows rows, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
        where TRows : IRowSource
    {
        int step = FewStep(dim);
        if (dim < step)
        {
            ShortKernel<TRows>.Score(rows, dim, queries, queryCount, scale, add, scores);
        }
        else if (step == 2 * Lanes512.Count)
        {
            FewKernel<Lanes512, Vector512<float>, TRows>.Score(rows, dim, queries, queryCount, scale, add, scores);
        }
        else if (step == 2 * Lanes256.Count)
        {
            FewKernel<Lanes256, Vector256<float>, TRows>.Score(rows, dim, queries, queryCount, scale, add, scores);
        }
        else
        {
            FewKernel<Lanes128, Vector128<float>, TRows>.Score(rows, dim, queries, queryCount, scale, add, scores);
        }
    }

    private static void Widen<TRows>(in TileRows rows, int dim, float* wide)
        where TRows : IRowSource
    {
        if (Vector512.IsHardwareAccelerated && dim >= Lanes512.Count)
        {
            WidenKernel<Lanes512, Vector512<float>, TRows>.Widen(rows, dim, wide);
        }
        else if (Vector256.IsHardwareAccelerated && dim >= Lanes256.Count)
        {
            WidenKernel<Lanes256, Vector256<float>, TRows>.Widen(rows, dim, wide);
        }
        else
        {
            WidenKernel<Lanes128, Vector128<float>, TRows>.Widen(rows, dim, wide);
        }
    }
}
