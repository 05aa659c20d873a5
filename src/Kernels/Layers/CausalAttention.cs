namespace Linr.Kernels.Layers;

/// <summary>
/// Attention of sequences whose rows stand latest first: a row looks at itself and at the older ones after it. For each
/// head, with its part of the widths, a softmax over query · key / sqrt(part) + bias weighs the values. Keys [places,
/// key width], values [places, value width], sequence s from starts[s] to starts[s + 1]; bias [heads, R] by how many
/// places older a key is, the last entry for all beyond, or empty; output as wide as the values.
/// </summary>
public static partial class CausalAttention
{
    private static (int KeyPart, int ValuePart) CheckShapes(
        AttentionRows rows, ReadOnlySpan<int> starts, int heads, ReadOnlySpan<float> bias, Span<float> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.KeyWidth, heads);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.ValueWidth, heads);
        ArgumentOutOfRangeException.ThrowIfZero(starts.Length, nameof(starts));
        LayerShapes.ThrowIfNot(rows.KeyWidth % heads, 0, nameof(rows.KeyWidth));
        LayerShapes.ThrowIfNot(rows.ValueWidth % heads, 0, nameof(rows.ValueWidth));
        LayerShapes.ThrowIfNot(bias.Length % heads, 0, nameof(bias));
        long queries = rows.IsLatest ? starts.Length - 1 : starts[^1];
        LayerShapes.ThrowIfNot(rows.Queries.Length, queries * rows.KeyWidth, nameof(rows.Queries));
        LayerShapes.ThrowIfNot(rows.Keys.Length, (long)starts[^1] * rows.KeyWidth, nameof(rows.Keys));
        LayerShapes.ThrowIfNot(rows.Values.Length, (long)starts[^1] * rows.ValueWidth, nameof(rows.Values));
        LayerShapes.ThrowIfNot(output.Length, queries * rows.ValueWidth, nameof(output));
        return (rows.KeyWidth / heads, rows.ValueWidth / heads);
    }
}
