namespace Linr.Kernels.Layers;

/// <summary>
/// For each row zero mean and unit variance over its width, then times weight [D] plus bias [D] (Ba et al. 2016):
/// values [N, D], in place.
/// </summary>
public static partial class LayerNorm
{
    private static void CheckShapes(Span<float> values, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        ArgumentOutOfRangeException.ThrowIfZero(weight.Length, nameof(weight));
        LayerShapes.ThrowIfNot(bias.Length, weight.Length, nameof(bias));
        LayerShapes.ThrowIfNot(values.Length % weight.Length, 0, nameof(values));
    }
}
