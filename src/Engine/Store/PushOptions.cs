namespace Linr.Engine.Store;

/// <summary>How a model is pushed into a store.</summary>
public sealed record PushOptions
{
    /// <summary>Which items the store has afterwards.</summary>
    public PushItems Items { get; init; } = PushItems.OfModel;

    /// <summary>
    /// The version of the pushed items that have none of their own, and at which the items that the model lacks are
    /// gone, in the count of the items' source. Null: the push follows all changes that came before it.
    /// </summary>
    public long? Version { get; init; }
}
