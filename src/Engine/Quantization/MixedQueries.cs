using System.Numerics.Tensors;
using Linr.Index.Embeddings;
using Linr.Kernels;

namespace Linr.Engine.Quantization;

/// <summary>
/// Queries that are near items, but are none: a random item's embedding and half another one's, normalised.
/// </summary>
internal static class MixedQueries
{
    private const float SecondWeight = 0.5f;

    /// <summary>So many sums of norm 0 in a row are no chance.</summary>
    private const int TriesMax = 1_000;

    /// <summary>Draws queries, [D] each.</summary>
    /// <param name="column">The embedding of two items or more.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">What they are drawn from.</param>
    /// <exception cref="ArgumentException">The items have embeddings of zeros.</exception>
    public static ReadOnlyMemory<float>[] Draw(EmbeddingColumn column, int count, long seed)
    {
        Random random = new(unchecked((int)(seed ^ (seed >> 32))));
        float[] second = new float[column.Schema.Dim];
        return [.. Enumerable.Range(0, count).Select(_ => (ReadOnlyMemory<float>)DrawOne(column, random, second))];
    }

    private static float[] DrawOne(EmbeddingColumn column, Random random, Span<float> second)
    {
        float[] query = new float[column.Schema.Dim];
        for (int i = 0; i < TriesMax; i++)
        {
            long row = random.NextInt64(column.Rows);
            long other = random.NextInt64(column.Rows - 1);
            column.Read((uint)row, query);
            column.Read((uint)(other < row ? other : other + 1), second);
            TensorPrimitives.MultiplyAdd(second, SecondWeight, query, query);
            double norm = Math.Sqrt(CanonicalScore.Dot(query, query));
            if (norm > 0)
            {
                return [.. query.Select(value => (float)(value / norm))];
            }
        }

        throw new ArgumentException(
            $"Embedding \"{column.Schema.Name}\": expected rows to draw queries from; found zeros.");
    }
}
