namespace Linr.Kernels.Layers;

public static partial class LayerNorm
{
    /// <summary>What the layer means, in float64.</summary>
    public static void Reference(
        Span<float> values, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, double epsilon)
    {
        CheckShapes(values, weight, bias);
        for (; !values.IsEmpty; values = values[weight.Length..])
        {
            double mean = 0;
            double variance = 0;
            for (int i = 0; i < weight.Length; i++)
            {
                mean += values[i] / (double)weight.Length;
            }

            for (int i = 0; i < weight.Length; i++)
            {
                variance += (values[i] - mean) * (values[i] - mean) / weight.Length;
            }

            for (int i = 0; i < weight.Length; i++)
            {
                values[i] = (float)(((values[i] - mean) / Math.Sqrt(variance + epsilon) * weight[i]) + bias[i]);
            }
        }
    }
}
