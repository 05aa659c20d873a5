using System.Numerics.Tensors;

namespace Linr.Kernels.Layers;

public static partial class Linear
{
    /// <summary>The layer; allocates nothing.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Run(
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> weight,
        ReadOnlySpan<float> bias,
        int outWidth,
        Span<float> output)
    {
        int inWidth = CheckShapes(input, weight, bias, outWidth, output);
        for (int row = 0; row < output.Length / outWidth; row++)
        {
            ReadOnlySpan<float> x = input.Slice(row * inWidth, inWidth);
            Span<float> y = output.Slice(row * outWidth, outWidth);
            for (int unit = 0; unit < outWidth; unit++)
            {
                y[unit] = TensorPrimitives.Dot(x, weight.Slice(unit * inWidth, inWidth));
            }

            if (!bias.IsEmpty)
            {
                TensorPrimitives.Add(y, bias, y);
            }
        }
    }
}
