using Linr.Kernels.Layers;

namespace Linr.Engine.Live;

/// <summary>A change on its way to having all embeddings.</summary>
/// <param name="change">The change: an upsert, or an update.</param>
/// <param name="old">The item that it changes; null where there is none, or it is replaced.</param>
internal sealed class ItemDraft(ItemChange change, Item? old)
{
    private readonly Dictionary<string, ReadOnlyMemory<float>> _embeddings = new(change.Item.Embeddings);
    private readonly HashSet<string> _changed = [.. change.Item.Fields.Keys, .. change.Item.Embeddings.Keys];

    /// <summary>The item.</summary>
    public ItemId Id => change.Id;

    /// <summary>All its fields, as they will be.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields { get; } = old is null
        ? change.Item.Fields
        : old.Fields.Where(pair => !change.Item.Fields.ContainsKey(pair.Key)).Concat(change.Item.Fields).ToDictionary();

    /// <summary>The change, with the embeddings that were made.</summary>
    public ItemChange Change => change.Kind == ChangeKind.Upsert
        ? ItemChange.Upsert(change.Item with { Embeddings = _embeddings }, change.Version)
        : ItemChange.Update(change.Item with { Embeddings = _embeddings }, change.Version);

    /// <summary>The whole item, as it will be.</summary>
    public Item Whole => new()
    {
        Id = Id,
        Fields = Fields,
        Embeddings = old is null
            ? _embeddings
            : old.Embeddings.Where(pair => !_embeddings.ContainsKey(pair.Key)).Concat(_embeddings).ToDictionary(),
    };

    /// <summary>Whether it lacks an embedding, as an item that is new may.</summary>
    public bool Lacks(string embedding)
        => !_embeddings.ContainsKey(embedding) && old?.Embeddings.ContainsKey(embedding) is not true;

    /// <summary>
    /// Whether an embedding is to be made: it was not given, and the item has none, or what it is made of has changed.
    /// </summary>
    public bool Needs(ItemMaker maker)
        => !change.Item.Embeddings.ContainsKey(maker.Embedding)
            && maker.Sources.All(source => !Lacks(source))
            && (Lacks(maker.Embedding) || maker.Reads(_changed));

    /// <summary>An embedding was made.</summary>
    public void Set(string embedding, ReadOnlyMemory<float> values)
    {
        _embeddings[embedding] = values;
        _changed.Add(embedding);
    }

    /// <summary>An embedding as a head reads it.</summary>
    public ReadOnlyMemory<float> Source(Schema schema, string embedding)
    {
        float[] values = (_embeddings.TryGetValue(embedding, out ReadOnlyMemory<float> own)
            ? own : old!.Embeddings[embedding]).ToArray();
        if (schema.FindEmbedding(embedding)!.Metric == Metric.Cosine)
        {
            L2Normalise.Run(values, values.Length);
        }

        return values;
    }
}
