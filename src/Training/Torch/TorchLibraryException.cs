namespace Linr.Training.Torch;

/// <summary>libtorch is missing or does not load on this machine; the message says what to do.</summary>
public sealed class TorchLibraryException : Exception
{
    /// <summary>An error with what to do about it.</summary>
    public TorchLibraryException(string message)
        : base(message)
    {
    }

    /// <summary>An error with what to do about it, and the loader's own words.</summary>
    public TorchLibraryException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>An error without words; use another constructor.</summary>
    public TorchLibraryException()
    {
    }
}
