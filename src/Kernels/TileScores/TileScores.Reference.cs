namespace Linr.Kernels;

/// <content>What a tile's scores are, up to rounding.</content>
internal static unsafe partial class TileScores
{
    /// <summary>The exact value of one score, in float64.</summary>
    public static double Reference(ReadOnlySpan<float> query, ReadOnlySpan<float> row, float scale, float added)
    {
        double sum = 0;
        for (int d = 0; d < query.Length; d++)
        {
            sum += (double)query[d] * row[d];
        }

        return (sum * scale) + added;
    }
}
