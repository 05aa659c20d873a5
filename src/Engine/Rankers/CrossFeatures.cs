using System.Numerics.Tensors;
using Linr.Index.Embeddings;
using Linr.Kernels;
using Linr.Memory;
using Linr.Rankers;

namespace Linr.Engine.Rankers;

/// <summary>What a ranker's over-arch reads of a query and its candidates. Safe for concurrent use.</summary>
/// <param name="spec">The ranker.</param>
/// <param name="embedding">The embedding that candidates are scored by.</param>
/// <param name="halves">The items' halves.</param>
/// <param name="places">
/// What is added to a place's weight, the latest item first; empty where histories are not read.
/// </param>
internal sealed class CrossFeatures(
    RankerSpec spec, EmbeddingColumn embedding, EmbeddingColumn halves, NativeSlice<float> places)
{
    /// <summary>The features of candidates, a row each, side by side.</summary>
    /// <param name="query">The query's embedding.</param>
    /// <param name="half">The query's half.</param>
    /// <param name="history">Rows of the query's history, the latest first; those beyond the places are not read.</param>
    /// <param name="rows">Rows of the candidates.</param>
    /// <param name="logits">Logits of the similarity, one a candidate; empty where it is not read.</param>
    public float[] Of(
        ReadOnlySpan<float> query,
        ReadOnlySpan<float> half,
        ReadOnlySpan<uint> history,
        ReadOnlySpan<uint> rows,
        ReadOnlySpan<float> logits)
    {
        int width = halves.Schema.Dim;
        var all = new float[rows.Length * spec.CrossWidth];
        var item = new float[width];
        var row = new float[embedding.Schema.Dim];
        double squared = CanonicalScore.Dot(query, query);
        float[] past = History(history);
        var shares = new float[past.Length / width];
        Span<float> rest = all;
        for (int candidate = 0; candidate < rows.Length; candidate++)
        {
            halves.Read(rows[candidate], item);
            foreach (string feature in spec.Features)
            {
                Span<float> own = rest[..RankFeature.WidthOf(feature, width)];
                rest = rest[own.Length..];
                switch (feature)
                {
                    case RankFeature.Query:
                        half.CopyTo(own);
                        break;
                    case RankFeature.Item:
                        item.CopyTo(own);
                        break;
                    case RankFeature.Product:
                        TensorPrimitives.Multiply(half, item, own);
                        break;
                    case RankFeature.Score:
                        embedding.Read(rows[candidate], row);
                        own[0] = Score(query, squared, row);
                        break;
                    case RankFeature.Similarity:
                        own[0] = logits[candidate];
                        break;
                    default:
                        Attend(item, past, shares, own);
                        break;
                }
            }
        }

        return all;
    }

    /// <summary>Halves of the latest items, one after the other.</summary>
    private float[] History(ReadOnlySpan<uint> history)
    {
        int width = halves.Schema.Dim;
        int count = (int)Math.Min(history.Length, places.Length);
        var past = new float[count * width];
        for (int place = 0; place < count; place++)
        {
            halves.Read(history[place], past.AsSpan(place * width, width));
        }

        return past;
    }

    private float Score(ReadOnlySpan<float> query, double squared, ReadOnlySpan<float> row)
        => CanonicalScore.Round(embedding.Schema.Metric switch
        {
            Metric.Dot => CanonicalScore.Dot(query, row),
            Metric.Cosine => CanonicalScore.Cosine(
                CanonicalScore.Dot(query, row), squared, CanonicalScore.Dot(row, row)),
            _ => -CanonicalScore.SquaredDistance(query, row),
        });

    /// <summary>The item times the mean of the past, weighed by a softmax of its products with the item.</summary>
    private void Attend(ReadOnlySpan<float> item, ReadOnlySpan<float> past, Span<float> shares, Span<float> attended)
    {
        attended.Clear();
        if (past.IsEmpty)
        {
            return;
        }

        float scale = 1 / MathF.Sqrt(item.Length);
        ReadOnlySpan<float> ofPlaces = places.Span;
        for (int place = 0; place < shares.Length; place++)
        {
            float product = TensorPrimitives.Dot(item, past.Slice(place * item.Length, item.Length));
            shares[place] = (product * scale) + ofPlaces[place];
        }

        // e^x of a large x has no float.
        TensorPrimitives.Subtract(shares, TensorPrimitives.Max<float>(shares), shares);
        TensorPrimitives.SoftMax(shares, shares);
        for (int place = 0; place < shares.Length; place++)
        {
            TensorPrimitives.MultiplyAdd(past.Slice(place * item.Length, item.Length), shares[place], attended, attended);
        }

        TensorPrimitives.Multiply(attended, item, attended);
    }
}
