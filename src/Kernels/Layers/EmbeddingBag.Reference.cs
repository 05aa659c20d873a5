using Linr.Memory;

namespace Linr.Kernels.Layers;

public static partial class EmbeddingBag
{
    /// <summary>What the layer means, in float64.</summary>
    public static void Reference(
        ReadOnlySpan<int> codes, ReadOnlySpan<int> starts, NativeSlice<float> table, int width, Span<float> output)
    {
        CheckShapes(codes, starts, table, width, output);
        for (int place = 0; place < output.Length; place++)
        {
            (int bag, int i) = Math.DivRem(place, width);
            double sum = 0;
            for (int code = starts[bag]; code < starts[bag + 1]; code++)
            {
                sum += table[((long)codes[code] * width) + i];
            }

            output[place] = (float)(sum / Math.Max(1, starts[bag + 1] - starts[bag]));
        }
    }
}
