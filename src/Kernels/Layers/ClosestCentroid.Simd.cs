using System.Numerics.Tensors;

namespace Linr.Kernels.Layers;

public static partial class ClosestCentroid
{
    /// <summary>The layer; allocates nothing.</summary>
    /// <param name="values">[N, D].</param>
    /// <param name="centroids">[C, D].</param>
    /// <param name="width">D.</param>
    /// <param name="chosen">[N]: rows of the centroids.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public static void Run(ReadOnlySpan<float> values, ReadOnlySpan<float> centroids, int width, Span<int> chosen)
    {
        CheckShapes(values, centroids, width, chosen.Length);
        int rows = values.Length / width;
        Span<float> best = rows <= 256 ? stackalloc float[rows] : new float[rows];
        best.Fill(float.NegativeInfinity);
        chosen[..rows].Clear();

        // Each centroid's length is taken once for all rows; a centroid stays in the cache while they pass.
        for (int centroid = 0; centroid < centroids.Length / width; centroid++)
        {
            ReadOnlySpan<float> one = centroids.Slice(centroid * width, width);
            float length = MathF.Max(TensorPrimitives.Norm(one), (float)LengthMin);
            for (int row = 0; row < rows; row++)
            {
                float cosine = TensorPrimitives.Dot(values.Slice(row * width, width), one) / length;
                if (cosine > best[row])
                {
                    (best[row], chosen[row]) = (cosine, centroid);
                }
            }
        }
    }
}
