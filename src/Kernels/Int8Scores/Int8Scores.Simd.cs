using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <content>The kernels, by width of vector.</content>
internal static unsafe partial class Int8Scores
{
    /// <summary>Scores 1 to <see cref="TileScores.FewMax"/> queries.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="dim">D.</param>
    /// <param name="queries">Queries as <see cref="PackFew"/> writes them, one after the other.</param>
    /// <param name="queryCount">How many.</param>
    /// <param name="scale">A factor an entry.</param>
    /// <param name="add">Whether to add to the scores.</param>
    /// <param name="scores">As of <see cref="TileScores.Few"/>.</param>
    public static void Few(
        in TileRows rows, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
    {
        if (Is512)
        {
            Int8Few<ByteLanes512, Vector512<byte>>.Score(rows, dim, queries, queryCount, scale, add, scores);
        }
        else
        {
            Int8Few<ByteLanes256, Vector256<byte>>.Score(rows, dim, queries, queryCount, scale, add, scores);
        }
    }

    /// <summary>Copies rows for <see cref="PanelKept"/>: [entry][<see cref="RowStride"/>], 128 more.</summary>
    public static void MakeReady(in TileRows rows, int dim, byte* target)
    {
        if (Is512)
        {
            Int8Panel<ByteLanes512, Vector512<byte>>.MakeReady(rows, dim, target);
        }
        else
        {
            Int8Panel<ByteLanes256, Vector256<byte>>.MakeReady(rows, dim, target);
        }
    }

    /// <summary>
    /// Scores a panel and lists the entries of which a query reaches its limit, as <see cref="TileScores.PanelKept"/>
    /// lists them; returns how many. The scores are rough, and nobody wants them.
    /// </summary>
    /// <param name="rows">The rows, as <see cref="MakeReady"/> leaves them.</param>
    /// <param name="panel">The panel as <see cref="PackPanel"/> writes it.</param>
    /// <param name="test">What they are tested with.</param>
    /// <param name="kept">Room for an element an entry.</param>
    public static int PanelKept(in TileRows rows, float* panel, in Int8PanelTest test, ulong* kept)
        => Is512
            ? Int8Panel<ByteLanes512, Vector512<byte>>.Kept(rows, panel, test, kept)
            : Int8Panel<ByteLanes256, Vector256<byte>>.Kept(rows, panel, test, kept);

    /// <summary>The dot product of a row and a query as it was, in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Fine(sbyte* row, float* query, int dim)
    {
        int d = 0;
        float sum = 0;
        if (Is512)
        {
            Vector512<float> sums = default;
            for (; d <= dim - Lanes512.Count; d += Lanes512.Count)
            {
                sums = Lanes512.MultiplyAdd(Lanes512.WidenBytes(row + d), Lanes512.Load(query + d), sums);
            }

            sum = Lanes512.Sum(sums);
        }
        else
        {
            Vector256<float> sums = default;
            for (; d <= dim - Lanes256.Count; d += Lanes256.Count)
            {
                sums = Lanes256.MultiplyAdd(Lanes256.WidenBytes(row + d), Lanes256.Load(query + d), sums);
            }

            sum = Lanes256.Sum(sums);
        }

        for (; d < dim; d++)
        {
            sum += row[d] * query[d];
        }

        return sum;
    }
}
