namespace Linr.Ingest;

/// <summary>
/// A source cannot go on until somebody has seen to it: its schema changed, a part of it is lost, a record is bad.
/// </summary>
public class SourceException : IOException
{
    /// <summary>What is wrong, in a sentence.</summary>
    public SourceException(string message)
        : base(message)
    {
    }

    /// <summary>What is wrong, in a sentence, and what said so.</summary>
    public SourceException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
