namespace Linr.Ingest;

/// <summary>A source cannot be reached now; later it may.</summary>
public sealed class SourceUnavailableException : SourceException
{
    /// <summary>What could not be reached, in a sentence, and what said so.</summary>
    public SourceUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
