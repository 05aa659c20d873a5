using System.Collections.Immutable;
using System.Numerics.Tensors;
using Linr.Kernels.Similarities;

namespace Linr.Engine.Similarities;

/// <summary>A <see cref="CustomSimilarity"/> as scans know similarities; what it throws gets its name.</summary>
/// <param name="similarity">The similarity.</param>
/// <param name="query">The query's embedding.</param>
/// <param name="preparedWidth">Floats of a prepared query.</param>
/// <param name="dims">The widths of the items' embeddings.</param>
internal sealed class CustomKernel(
    CustomSimilarity similarity, EmbeddingSchema query, int preparedWidth, ImmutableArray<int> dims)
    : RowSimilarity(query.Dim, preparedWidth, dims)
{
    protected override void Prepare(ReadOnlySpan<float> given, Span<float> prepared)
    {
        float[] unit = given.ToArray();
        float norm = query.Metric == Metric.Cosine ? TensorPrimitives.Norm<float>(unit) : 1;
        TensorPrimitives.Divide(unit, norm > 0 ? norm : 1, unit);
        try
        {
            similarity.Prepare(unit, prepared);
        }
        catch (Exception failure)
        {
            throw Failed(failure);
        }
    }

    protected override void Score(ReadOnlySpan<float> prepared, ReadOnlySpan<float> rows, Span<float> logits)
    {
        // What the class leaves out is no score of another item.
        logits.Fill(float.NaN);
        try
        {
            similarity.Score(prepared, new ItemTile(rows, ItemWidths), logits);
        }
        catch (Exception failure)
        {
            throw Failed(failure);
        }
    }

    // Whatever code of others throws, the caller is told whose it is.
    private SimilarityException Failed(Exception failure)
        => new(similarity.Name, $"it threw {failure.GetType().Name}: {failure.Message}", failure);
}
