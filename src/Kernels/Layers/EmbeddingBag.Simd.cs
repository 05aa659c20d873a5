using System.Numerics.Tensors;
using Linr.Memory;

namespace Linr.Kernels.Layers;

public static partial class EmbeddingBag
{
    /// <summary>The layer; allocates nothing.</summary>
    /// <exception cref="ArgumentException">
    /// The lengths do not fit each other, or a code is no row of the table.
    /// </exception>
    public static void Run(
        ReadOnlySpan<int> codes, ReadOnlySpan<int> starts, NativeSlice<float> table, int width, Span<float> output)
    {
        CheckShapes(codes, starts, table, width, output);
        output.Clear();
        for (int bag = 0; bag + 1 < starts.Length; bag++)
        {
            Span<float> mean = output.Slice(bag * width, width);
            ReadOnlySpan<int> own = codes[starts[bag]..starts[bag + 1]];
            foreach (int code in own)
            {
                TensorPrimitives.Add(mean, table.Slice((long)code * width, width).Span, mean);
            }

            if (own.Length > 1)
            {
                TensorPrimitives.Divide(mean, own.Length, mean);
            }
        }
    }
}
