using Microsoft.Extensions.VectorData;

namespace Linr.VectorData;

/// <summary>
/// What a distance function is among the metrics, whose scores are better the higher they are, and the way back.
/// </summary>
/// <param name="Metric">The metric.</param>
/// <param name="IsDistance">Whether the function's values are better the lower they are.</param>
/// <param name="FromScore">The function's value of a score.</param>
/// <param name="ToScore">The score of a value of the function.</param>
internal sealed record DistanceMap(
    Metric Metric, bool IsDistance, Func<double, double> FromScore, Func<double, double> ToScore)
{
    /// <summary>The functions, as an error names them.</summary>
    public const string Names = $"{DistanceFunction.CosineSimilarity}, {DistanceFunction.CosineDistance}, "
        + $"{DistanceFunction.DotProductSimilarity}, {DistanceFunction.NegativeDotProductSimilarity}, "
        + $"{DistanceFunction.EuclideanDistance}, {DistanceFunction.EuclideanSquaredDistance}";

    /// <summary>The function of that name; of null the cosine similarity. Null where there is no such metric.</summary>
    public static DistanceMap? Find(string? function) => function switch
    {
        null or DistanceFunction.CosineSimilarity => new(Metric.Cosine, false, Same, Same),
        DistanceFunction.CosineDistance => new(Metric.Cosine, true, score => 1 - score, distance => 1 - distance),
        DistanceFunction.DotProductSimilarity => new(Metric.Dot, false, Same, Same),
        DistanceFunction.NegativeDotProductSimilarity => new(Metric.Dot, true, Minus, Minus),
        DistanceFunction.EuclideanSquaredDistance => new(Metric.Euclidean, true, Minus, Minus),
        DistanceFunction.EuclideanDistance => new(
            Metric.Euclidean, true, score => Math.Sqrt(-score), distance => distance < 0 ? 1 : -distance * distance),
        _ => null,
    };

    /// <summary>
    /// The score from which on hits may reach a threshold; a step of float32 below it, as
    /// <see cref="Reaches"/> decides.
    /// </summary>
    public float ScoreMin(double threshold) => MathF.BitDecrement(MathF.BitDecrement((float)ToScore(threshold)));

    /// <summary>Whether a value of the function is as good as a threshold.</summary>
    public bool Reaches(double value, double threshold) => IsDistance ? value <= threshold : value >= threshold;

    private static double Same(double score) => score;

    // Zero, not minus zero.
    private static double Minus(double score) => 0 - score;
}
