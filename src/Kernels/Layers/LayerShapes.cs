namespace Linr.Kernels.Layers;

/// <summary>Checks at the door of each layer.</summary>
internal static class LayerShapes
{
    /// <summary>Refuses a span of another length.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ThrowIfNot(long found, long expected, string name)
    {
        if (found != expected)
        {
            throw new ArgumentException($"Expected {expected} elements; found {found}.", name);
        }
    }
}
