using System.Numerics.Tensors;

namespace Linr.Kernels.Layers;

public static partial class L2Normalise
{
    /// <summary>The layer, in place; allocates nothing.</summary>
    /// <exception cref="ArgumentException">The values are not whole rows.</exception>
    public static void Run(Span<float> values, int width)
    {
        CheckShapes(values, width);
        for (; !values.IsEmpty; values = values[width..])
        {
            Span<float> row = values[..width];
            TensorPrimitives.Divide(row, MathF.Max(TensorPrimitives.Norm<float>(row), LengthMin), row);
        }
    }
}
