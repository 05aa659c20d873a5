using Linr.Kernels;

namespace Linr.Index.Embeddings;

/// <summary>The euclidean norm of an embedding row.</summary>
internal static class EmbeddingNorm
{
    /// <summary>The norm in float64, the same bits on every processor. NaN or infinite when a component is.</summary>
    public static double Of(ReadOnlySpan<float> row) => Math.Sqrt(CanonicalScore.Dot(row, row));
}
