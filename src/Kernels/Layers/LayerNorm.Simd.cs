using System.Numerics.Tensors;

namespace Linr.Kernels.Layers;

public static partial class LayerNorm
{
    /// <summary>The layer, in place; allocates nothing.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Run(Span<float> values, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, double epsilon)
    {
        CheckShapes(values, weight, bias);
        for (; !values.IsEmpty; values = values[weight.Length..])
        {
            Span<float> row = values[..weight.Length];
            TensorPrimitives.Subtract(row, TensorPrimitives.Sum<float>(row) / row.Length, row);
            double variance = TensorPrimitives.SumOfSquares<float>(row) / (double)row.Length;
            TensorPrimitives.Multiply(row, (float)(1 / Math.Sqrt(variance + epsilon)), row);
            TensorPrimitives.MultiplyAdd(row, weight, bias, row);
        }
    }
}
