using System.Numerics.Tensors;

namespace Linr.Kernels.Layers;

public static partial class CausalAttention
{
    /// <summary>The layer; allocates nothing.</summary>
    /// <param name="rows">Queries, keys and values.</param>
    /// <param name="starts">Where each sequence starts, and where the last ends, in places.</param>
    /// <param name="heads">Heads; they divide both widths.</param>
    /// <param name="bias">[heads, R], or empty.</param>
    /// <param name="shares">Room for a float a place of the longest sequence.</param>
    /// <param name="output">[queries, value width]; zeros for the queries of empty sequences.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Run(
        AttentionRows rows,
        ReadOnlySpan<int> starts,
        int heads,
        ReadOnlySpan<float> bias,
        Span<float> shares,
        Span<float> output)
    {
        (int keyPart, int valuePart) = CheckShapes(rows, starts, heads, bias, output);
        output.Clear();
        int distances = bias.Length / heads;
        for (int sequence = 0; sequence + 1 < starts.Length; sequence++)
        {
            int places = starts[sequence + 1] - starts[sequence];
            for (int query = 0; query < (rows.IsLatest ? Math.Min(1, places) : places); query++)
            {
                int row = rows.IsLatest ? sequence : starts[sequence] + query;
                int first = starts[sequence] + query;
                Span<float> own = shares[..(places - query)];
                for (int head = 0; head < heads; head++)
                {
                    Scores(
                        rows.Queries.Slice((row * rows.KeyWidth) + (head * keyPart), keyPart),
                        rows.Keys[((first * rows.KeyWidth) + (head * keyPart))..],
                        rows.KeyWidth,
                        own);
                    AddBias(bias.Slice(head * distances, distances), own);

                    // The greatest score is taken off, so that no exponential overflows.
                    TensorPrimitives.Subtract(own, TensorPrimitives.Max<float>(own), own);
                    TensorPrimitives.SoftMax<float>(own, own);
                    Weigh(
                        rows.Values[((first * rows.ValueWidth) + (head * valuePart))..],
                        rows.ValueWidth,
                        own,
                        output.Slice((row * rows.ValueWidth) + (head * valuePart), valuePart));
                }
            }
        }
    }

    private static void Scores(ReadOnlySpan<float> query, ReadOnlySpan<float> keys, int stride, Span<float> scores)
    {
        float scale = 1 / MathF.Sqrt(query.Length);
        for (int older = 0; older < scores.Length; older++)
        {
            scores[older] = scale * TensorPrimitives.Dot(query, keys.Slice(older * stride, query.Length));
        }
    }

    private static void AddBias(ReadOnlySpan<float> bias, Span<float> scores)
    {
        if (bias.IsEmpty)
        {
            return;
        }

        int near = Math.Min(bias.Length, scores.Length);
        TensorPrimitives.Add(scores[..near], bias[..near], scores);
        TensorPrimitives.Add(scores[near..], bias[^1], scores[near..]);
    }

    private static void Weigh(ReadOnlySpan<float> values, int stride, ReadOnlySpan<float> shares, Span<float> sum)
    {
        for (int older = 0; older < shares.Length; older++)
        {
            TensorPrimitives.MultiplyAdd(values.Slice(older * stride, sum.Length), shares[older], sum, sum);
        }
    }
}
