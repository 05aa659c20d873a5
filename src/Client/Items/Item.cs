using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>An item: its fields and embeddings by name.</summary>
public sealed record Item
{
    /// <summary>Its id.</summary>
    public required ItemId Id { get; init; }

    /// <summary>Values by field; a field without values is a field that it does not have.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<Value>>.Empty;

    /// <summary>
    /// Vectors by embedding. One that is not given is made by the model, where it can; items that are read have theirs
    /// where they were asked for.
    /// </summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>> Embeddings { get; init; } =
        ImmutableDictionary<string, ReadOnlyMemory<float>>.Empty;
}
