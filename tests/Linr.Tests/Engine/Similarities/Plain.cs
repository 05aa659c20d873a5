using Linr.Engine.Similarities;

namespace Linr.Tests.Engine.Similarities;

/// <summary>A dot product as a class; of a second embedding, where there is one, the first number is added.</summary>
internal sealed class Plain(string name, string query, params string[] items) : CustomSimilarity(name, query, items)
{
    /// <summary>The dot product by the canonical order of summation: 8 lanes, added pairwise.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Span<double> lanes = stackalloc double[8];
        lanes.Clear();
        for (int i = 0; i < left.Length; i++)
        {
            lanes[i % 8] += (double)left[i] * right[i];
        }

        return (float)(((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7])));
    }

    public static float[] Unit(ReadOnlySpan<float> values)
    {
        float norm = MathF.Sqrt(Dot(values, values));
        return [.. values.ToArray().Select(value => value / norm)];
    }

    public override void Score(ReadOnlySpan<float> query, ItemTile items, Span<float> scores)
    {
        for (int item = 0; item < items.Count; item++)
        {
            scores[item] = Dot(query, items.Embedding(item, 0))
                + (ItemEmbeddings.Length > 1 ? items.Embedding(item, 1)[0] : 0);
        }
    }
}
