namespace Linr.Kernels;

/// <summary>
/// The sums behind the one score that a query and a row have, on every instruction set, path, batch and thread count.
/// Element i goes to lane i mod 8, lanes add their elements in ascending order in float64, and the lanes are added
/// pairwise: ((0+1)+(2+3))+((4+5)+(6+7)). Products of two floats are exact in float64, so a fused multiply-add changes
/// no bit of a dot product; squared differences are rounded before they are added.
/// </summary>
public static partial class CanonicalScore
{
    /// <summary>Lanes of the fixed order of summation.</summary>
    public const int LaneCount = 8;

    /// <summary>The sum of q[i] * x[i].</summary>
    /// <param name="query">D elements.</param>
    /// <param name="row">D elements.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Dot(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        CheckLengths(query, row);
        return DotSimd(query, row);
    }

    /// <summary>The sum of (q[i] - x[i])^2.</summary>
    /// <param name="query">D elements.</param>
    /// <param name="row">D elements.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double SquaredDistance(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        CheckLengths(query, row);
        return SquaredDistanceSimd(query, row);
    }

    /// <summary>The dot product divided by both norms; 0 when either squared norm is 0.</summary>
    public static double Cosine(double dot, double querySquared, double rowSquared)
        => querySquared == 0 || rowSquared == 0 ? 0 : dot / (Math.Sqrt(querySquared) * Math.Sqrt(rowSquared));

    /// <summary>The one rounding to float; minus zero becomes zero.</summary>
    public static float Round(double score) => (float)score + 0f;

    private static void CheckLengths(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        if (query.Length != row.Length)
        {
            throw new ArgumentException($"Expected a row of {query.Length} elements, found {row.Length}.", nameof(row));
        }
    }
}
