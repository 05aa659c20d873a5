namespace Linr.Kernels.Layers;

/// <summary>y = x W^T + b for each row: x [N, I], W [O, I], b [O] or empty, y [N, O].</summary>
public static partial class Linear
{
    private static int CheckShapes(
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> weight,
        ReadOnlySpan<float> bias,
        int outWidth,
        Span<float> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outWidth, 1);
        int rows = output.Length / outWidth;
        int inWidth = weight.Length / outWidth;
        LayerShapes.ThrowIfNot(output.Length, (long)rows * outWidth, nameof(output));
        LayerShapes.ThrowIfNot(weight.Length, (long)inWidth * outWidth, nameof(weight));
        LayerShapes.ThrowIfNot(input.Length, (long)rows * inWidth, nameof(input));
        LayerShapes.ThrowIfNot(bias.Length, bias.IsEmpty ? 0 : outWidth, nameof(bias));
        return inWidth;
    }
}
