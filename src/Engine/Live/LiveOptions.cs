namespace Linr.Engine.Live;

/// <summary>How a <see cref="Retriever"/> takes changes.</summary>
public sealed record LiveOptions
{
    /// <summary>Items to have room for from the start, before the table grows; 0 for those of the model.</summary>
    public long Capacity { get; init; }
}
