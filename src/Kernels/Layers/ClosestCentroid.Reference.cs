namespace Linr.Kernels.Layers;

public static partial class ClosestCentroid
{
    /// <summary>What the layer means, in float64.</summary>
    /// <param name="values">[N, D].</param>
    /// <param name="centroids">[C, D].</param>
    /// <param name="width">D.</param>
    /// <param name="chosen">[N]: rows of the centroids.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public static void Reference(
        ReadOnlySpan<float> values, ReadOnlySpan<float> centroids, int width, Span<int> chosen)
    {
        CheckShapes(values, centroids, width, chosen.Length);
        for (int row = 0; row < values.Length / width; row++)
        {
            double best = double.NegativeInfinity;
            chosen[row] = 0;
            for (int centroid = 0; centroid < centroids.Length / width; centroid++)
            {
                (double dot, double squares) = (0, 0);
                for (int i = 0; i < width; i++)
                {
                    double value = centroids[(centroid * width) + i];
                    dot += value * values[(row * width) + i];
                    squares += value * value;
                }

                // The row's own length is the same for all.
                double cosine = dot / Math.Max(Math.Sqrt(squares), LengthMin);
                if (cosine > best)
                {
                    (best, chosen[row]) = (cosine, centroid);
                }
            }
        }
    }
}
