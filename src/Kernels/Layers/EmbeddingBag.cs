using Linr.Memory;

namespace Linr.Kernels.Layers;

/// <summary>
/// The mean of the rows of a table [R, D] that each bag's codes name; zeros for an empty bag. Bag b holds the codes
/// from starts[b] to starts[b + 1]; output [bags, D].
/// </summary>
public static partial class EmbeddingBag
{
    private static void CheckShapes(
        ReadOnlySpan<int> codes, ReadOnlySpan<int> starts, NativeSlice<float> table, int width, Span<float> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfZero(starts.Length, nameof(starts));
        LayerShapes.ThrowIfNot(starts[^1], codes.Length, nameof(starts));
        LayerShapes.ThrowIfNot(table.Length % width, 0, nameof(table));
        LayerShapes.ThrowIfNot(output.Length, (long)(starts.Length - 1) * width, nameof(output));
    }
}
