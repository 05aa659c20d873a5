namespace Linr.Kernels.Layers;

/// <summary>
/// Sequences to one row each: for each head, a softmax over the sequence of query · x / sqrt(D) weighs its rows. Values
/// [places, D], sequence s from starts[s] to starts[s + 1]; query [heads, D]; output [sequences, heads * D]; zeros for
/// an empty sequence.
/// </summary>
public static partial class AttentionPool
{
    private static int CheckShapes(
        ReadOnlySpan<float> values, ReadOnlySpan<int> starts, ReadOnlySpan<float> query, int width, Span<float> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfZero(starts.Length, nameof(starts));
        int heads = query.Length / width;
        LayerShapes.ThrowIfNot(query.Length, (long)heads * width, nameof(query));
        LayerShapes.ThrowIfNot(values.Length, (long)starts[^1] * width, nameof(values));
        LayerShapes.ThrowIfNot(output.Length, (long)(starts.Length - 1) * heads * width, nameof(output));
        return heads;
    }
}
