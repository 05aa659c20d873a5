namespace Linr.Kernels.Layers;

/// <summary>Each row of values [N, D] divided by its euclidean length, in place; a row of zeros stays.</summary>
public static partial class L2Normalise
{
    /// <summary>The least length that is divided by.</summary>
    public const float LengthMin = 1e-12f;

    private static void CheckShapes(Span<float> values, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        LayerShapes.ThrowIfNot(values.Length % width, 0, nameof(values));
    }
}
