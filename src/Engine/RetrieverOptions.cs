namespace Linr.Engine;

/// <summary>How a <see cref="Retriever"/> runs.</summary>
public sealed record RetrieverOptions
{
    /// <summary>Threads of one scan, the caller's included; 0 takes every processor.</summary>
    public int Threads { get; init; }
}
