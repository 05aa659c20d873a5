namespace Linr.Kernels.Layers;

/// <summary>
/// For each row of values [N, D] the row of centroids [C, D] with the greatest cosine to it, the first of equals; a row
/// of zeros has cosine 0 to all and gets the first.
/// </summary>
public static partial class ClosestCentroid
{
    /// <summary>The least length that is divided by.</summary>
    public const double LengthMin = 1e-12;

    private static void CheckShapes(ReadOnlySpan<float> values, ReadOnlySpan<float> centroids, int width, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        LayerShapes.ThrowIfNot(values.Length % width, 0, nameof(values));
        LayerShapes.ThrowIfNot(centroids.Length % width, 0, nameof(centroids));
        ArgumentOutOfRangeException.ThrowIfZero(centroids.Length, nameof(centroids));
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, values.Length / width, nameof(outputs));
    }
}
