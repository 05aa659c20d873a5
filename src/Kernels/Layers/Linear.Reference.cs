namespace Linr.Kernels.Layers;

public static partial class Linear
{
    /// <summary>What the layer means, in float64.</summary>
    public static void Reference(
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> weight,
        ReadOnlySpan<float> bias,
        int outWidth,
        Span<float> output)
    {
        int inWidth = CheckShapes(input, weight, bias, outWidth, output);
        for (int place = 0; place < output.Length; place++)
        {
            (int row, int unit) = Math.DivRem(place, outWidth);
            double sum = bias.IsEmpty ? 0 : bias[unit];
            for (int i = 0; i < inWidth; i++)
            {
                sum += (double)input[(row * inWidth) + i] * weight[(unit * inWidth) + i];
            }

            output[place] = (float)sum;
        }
    }
}
