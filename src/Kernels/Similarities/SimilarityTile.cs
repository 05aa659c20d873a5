namespace Linr.Kernels.Similarities;

/// <summary>The shapes of the tiles that learned similarities score.</summary>
internal static class SimilarityTile
{
    /// <summary>Rows of a tile, side by side: [component][rows].</summary>
    public const int Rows = 64;

    /// <summary>Columns of weights that are multiplied together.</summary>
    public const int ColumnStep = 4;

    /// <summary>As many columns, padded.</summary>
    public static int Padded(int columns) => (columns + ColumnStep - 1) / ColumnStep * ColumnStep;

    /// <summary>
    /// Lays columns of weights out for <see cref="TileProducts{TLanes, TVector}"/>, zeros past the last.
    /// </summary>
    /// <param name="weights">[columns, depth]</param>
    /// <param name="columnCount">Columns.</param>
    /// <param name="packed">[padded columns / 4][depth][4]</param>
    public static void PackColumns(ReadOnlySpan<float> weights, int columnCount, Span<float> packed)
    {
        int depth = columnCount == 0 ? 0 : weights.Length / columnCount;
        packed[..(Padded(columnCount) * depth)].Clear();
        for (int column = 0; column < columnCount; column++)
        {
            int start = column / ColumnStep * depth * ColumnStep;
            for (int d = 0; d < depth; d++)
            {
                packed[start + (d * ColumnStep) + (column % ColumnStep)] = weights[(column * depth) + d];
            }
        }
    }
}
