using System.Globalization;

namespace Linr.Kernels.Similarities;

/// <summary>The check at the door of a similarity: that its weights fit each other.</summary>
internal static class SimilarityCheck
{
    /// <exception cref="ArgumentException">There are none, or not so many.</exception>
    public static void Shape(string name, int found, int rows, int columns)
    {
        if (found == 0 || found != rows * columns)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Expected {rows} x {columns} weights, found {found}."), name);
        }
    }

    /// <exception cref="ArgumentException">One is not finite.</exception>
    public static void Finite(string name, ReadOnlySpan<float> weights)
    {
        foreach (float weight in weights)
        {
            if (!float.IsFinite(weight))
            {
                throw new ArgumentException($"Expected finite weights, found {weight}.", name);
            }
        }
    }
}
