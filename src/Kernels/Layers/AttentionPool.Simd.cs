using System.Numerics.Tensors;

namespace Linr.Kernels.Layers;

public static partial class AttentionPool
{
    /// <summary>The layer; allocates nothing.</summary>
    /// <param name="values">The sequences.</param>
    /// <param name="starts">Where each starts, and where the last ends, in rows.</param>
    /// <param name="query">What each head looks for.</param>
    /// <param name="width">D.</param>
    /// <param name="shares">Room for a float a row of the longest sequence.</param>
    /// <param name="output">The pooled rows.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Run(
        ReadOnlySpan<float> values,
        ReadOnlySpan<int> starts,
        ReadOnlySpan<float> query,
        int width,
        Span<float> shares,
        Span<float> output)
    {
        int heads = CheckShapes(values, starts, query, width, output);
        output.Clear();
        float scale = 1 / MathF.Sqrt(width);
        for (int sequence = 0; sequence + 1 < starts.Length; sequence++)
        {
            ReadOnlySpan<float> rows = values[(starts[sequence] * width)..(starts[sequence + 1] * width)];
            Span<float> own = shares[..(starts[sequence + 1] - starts[sequence])];
            for (int head = 0; head < heads && own.Length > 0; head++)
            {
                for (int place = 0; place < own.Length; place++)
                {
                    own[place] = scale * TensorPrimitives.Dot(
                        query.Slice(head * width, width), rows.Slice(place * width, width));
                }

                // The greatest score is taken off, so that no exponential overflows.
                TensorPrimitives.Subtract(own, TensorPrimitives.Max<float>(own), own);
                TensorPrimitives.SoftMax<float>(own, own);
                Span<float> pooled = output.Slice(((sequence * heads) + head) * width, width);
                for (int place = 0; place < own.Length; place++)
                {
                    TensorPrimitives.MultiplyAdd(rows.Slice(place * width, width), own[place], pooled, pooled);
                }
            }
        }
    }
}
