namespace Linr.Layers;

/// <summary>
/// A list of layers says something that this version does not understand, or its tensors do not fit it.
/// </summary>
public sealed class LayerException : Exception
{
    /// <summary>An error that names the layer, what was expected and what was found.</summary>
    public LayerException(string message)
        : base(message)
    {
    }

    /// <summary>An error that names the layer, what was expected and what was found.</summary>
    public LayerException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>An error without words; use another constructor.</summary>
    public LayerException()
    {
    }
}
