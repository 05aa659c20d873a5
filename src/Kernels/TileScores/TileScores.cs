using System.Runtime.Intrinsics;

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

    /// <summary>Floats that <see cref="PackFew"/> writes for one query.</summary>
    public static int FewStride(int dim, int laneCount) => ((dim / laneCount) + 1) * laneCount;

    /// <summary>
    /// Packs a query for <see cref="Few"/>: its whole vectors, then the last vector of the row with the elements that
    /// were already counted set to zero. A query shorter than a vector is copied.
    /// </summary>
    public static void PackFew(ReadOnlySpan<float> query, int laneCount, float* packed)
    {
        int whole = query.Length / laneCount * laneCount;
        new Span<float>(packed, FewStride(query.Length, laneCount)).Clear();
        query[..whole].CopyTo(new Span<float>(packed, whole));
        int rest = query.Length - whole;
        int start = query.Length < laneCount ? 0 : whole + laneCount - rest;
        query[whole..].CopyTo(new Span<float>(packed + start, rest));
    }

    /// <summary>
    /// Packs query <paramref name="position"/> of a panel of <paramref name="width"/>: element d goes to
    /// [d][position].
    /// </summary>
    public static void PackPanel(ReadOnlySpan<float> query, int position, int width, float* panel)
    {
        for (int d = 0; d < query.Length; d++)
        {
            panel[(d * width) + position] = query[d];
        }
    }

    /// <summary>Scores 1 to <see cref="FewMax"/> queries.</summary>
    /// <param name="rows">The rows, floats or halves.</param>
    /// <param name="halves">Whether the rows are halves.</param>
    /// <param name="dim">D.</param>
    /// <param name="queries">Queries as <see cref="PackFew"/> writes them, one after the other.</param>
    /// <param name="queryCount">How many.</param>
    /// <param name="scale">A factor an entry.</param>
    /// <param name="add">Whether to add to the scores.</param>
    /// <param name="scores">[query][<see cref="TileRows.EntriesMax"/> + <see cref="TileRows.PaddedEntries"/>].</param>
    public static void Few(
        in TileRows rows, bool halves, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            FewKernel<Lanes512, Vector512<float>>.Score(rows, halves, dim, queries, queryCount, scale, add, scores);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            FewKernel<Lanes256, Vector256<float>>.Score(rows, halves, dim, queries, queryCount, scale, add, scores);
        }
        else
        {
            FewKernel<Lanes128, Vector128<float>>.Score(rows, halves, dim, queries, queryCount, scale, add, scores);
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
    /// A bit a query, up to 32, for entry after entry of a panel's scores: not (score &lt; limit).
    /// </summary>
    public static void PanelKept(float* scores, int count, float* limits, uint* kept)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            PanelKernel<Lanes512, Vector512<float>>.Kept(scores, count, limits, kept);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            PanelKernel<Lanes256, Vector256<float>>.Kept(scores, count, limits, kept);
        }
        else
        {
            PanelKernel<Lanes128, Vector128<float>>.Kept(scores, count, limits, kept);
        }
    }

    /// <summary>A bit an entry, 64 a word, for one query's scores: not (score &lt; limit).</summary>
    public static void FewKept(float* scores, int count, float limit, ulong* kept)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            FewKernel<Lanes512, Vector512<float>>.Kept(scores, count, limit, kept);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            FewKernel<Lanes256, Vector256<float>>.Kept(scores, count, limit, kept);
        }
        else
        {
            FewKernel<Lanes128, Vector128<float>>.Kept(scores, count, limit, kept);
        }
    }
}
