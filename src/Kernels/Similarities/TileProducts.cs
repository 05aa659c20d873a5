using System.Runtime.CompilerServices;

namespace Linr.Kernels.Similarities;

/// <summary>
/// The dot products of the rows of a tile, a lane each, with columns of weights: a column's terms are added one after
/// the other, each fused, so that a product has the same bits at every vector width and in every tile.
/// </summary>
internal static unsafe class TileProducts<TLanes, TVector>
    where TLanes : IFusedLanes<TVector>
    where TVector : struct
{
    /// <summary>Writes the products of two vectors of rows.</summary>
    /// <param name="columns">Padded to four: [columns / 4][depth][4].</param>
    /// <param name="columnCount">How many, a multiple of 4.</param>
    /// <param name="bias">[columns]: where sums start.</param>
    /// <param name="tile">[depth][<see cref="SimilarityTile.Rows"/>]</param>
    /// <param name="depth">Terms of a product.</param>
    /// <param name="first">The first row.</param>
    /// <param name="products">[columns][<see cref="SimilarityTile.Rows"/>]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* columns, int columnCount, float* bias, float* tile, int depth, int first, float* products)
    {
        const int stride = SimilarityTile.Rows;
        int lanes = TLanes.Count;
        for (int column = 0; column < columnCount; column += SimilarityTile.ColumnStep)
        {
            TVector low0 = TLanes.Broadcast(bias[column]), high0 = low0;
            TVector low1 = TLanes.Broadcast(bias[column + 1]), high1 = low1;
            TVector low2 = TLanes.Broadcast(bias[column + 2]), high2 = low2;
            TVector low3 = TLanes.Broadcast(bias[column + 3]), high3 = low3;
            float* x = tile + first;
            for (int d = 0; d < depth; d++, x += stride, columns += SimilarityTile.ColumnStep)
            {
                TVector low = TLanes.Load(x);
                TVector high = TLanes.Load(x + lanes);
                TVector weight = TLanes.Broadcast(columns[0]);
                low0 = TLanes.Fused(low, weight, low0);
                high0 = TLanes.Fused(high, weight, high0);
                weight = TLanes.Broadcast(columns[1]);
                low1 = TLanes.Fused(low, weight, low1);
                high1 = TLanes.Fused(high, weight, high1);
                weight = TLanes.Broadcast(columns[2]);
                low2 = TLanes.Fused(low, weight, low2);
                high2 = TLanes.Fused(high, weight, high2);
                weight = TLanes.Broadcast(columns[3]);
                low3 = TLanes.Fused(low, weight, low3);
                high3 = TLanes.Fused(high, weight, high3);
            }

            float* to = products + (column * stride) + first;
            TLanes.Store(low0, to);
            TLanes.Store(high0, to + lanes);
            TLanes.Store(low1, to + stride);
            TLanes.Store(high1, to + stride + lanes);
            TLanes.Store(low2, to + (2 * stride));
            TLanes.Store(high2, to + (2 * stride) + lanes);
            TLanes.Store(low3, to + (3 * stride));
            TLanes.Store(high3, to + (3 * stride) + lanes);
        }
    }
}
