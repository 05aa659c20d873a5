using System.Runtime.Intrinsics;

namespace Linr.Index.Embeddings;

/// <summary>The euclidean norm of an embedding row.</summary>
internal static class EmbeddingNorm
{
    /// <summary>
    /// The norm in float64: 8 partial sums of squares (exact products) added pairwise, so every processor gives the
    /// same bits. NaN or infinite when a component is.
    /// </summary>
    public static double Of(ReadOnlySpan<float> row)
    {
        Vector512<double> sums = Vector512<double>.Zero;
        int i = 0;
        for (; i <= row.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Create(row[i..]));
            Vector512<double> values = Vector512.Create(low, high);
            sums += values * values;
        }

        for (int lane = 0; i < row.Length; i++, lane++)
        {
            sums = sums.WithElement(lane, sums[lane] + ((double)row[i] * row[i]));
        }

        Vector256<double> four = sums.GetLower() + sums.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return Math.Sqrt(two[0] + two[1]);
    }
}
