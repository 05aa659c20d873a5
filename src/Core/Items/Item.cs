namespace Linr;

/// <summary>
/// An item as the caller gives it: its id, its fields and its embeddings. A missing field and an empty list mean the
/// same: the item has no value of it. A missing embedding means that the model's item tower makes it, where the model
/// has one for it.
/// </summary>
public sealed record Item
{
    /// <summary>The caller's name for it.</summary>
    public required ItemId Id { get; init; }

    /// <summary>Values by field name; one value for a single-valued field.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields { get; init; } =
        new Dictionary<string, IReadOnlyList<Value>>();

    /// <summary>Embeddings by name, each as long as its schema's dim.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>> Embeddings { get; init; } =
        new Dictionary<string, ReadOnlyMemory<float>>();
}
