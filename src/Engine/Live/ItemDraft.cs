using Linr.Index.Live;
using Linr.Kernels.Layers;

namespace Linr.Engine.Live;

/// <summary>A change on its way to having all embeddings.</summary>
/// <param name="place">Its place among the changes of its set.</param>
/// <param name="change">The change: an upsert, or an update.</param>
/// <param name="before">The item as it is; null where there is none, or where it does not matter.</param>
internal sealed class ItemDraft(int place, ItemChange change, Item? before)
{
    private readonly Item? _old = change.Kind == ChangeKind.Update ? before : null;
    private readonly Dictionary<string, ReadOnlyMemory<float>> _embeddings = new(change.Item.Embeddings);
    private readonly HashSet<string> _changed = [.. change.Item.Fields.Keys, .. change.Item.Embeddings.Keys];
    private readonly HashSet<string> _made = [];
    private readonly HashSet<string> _kept = [];

    /// <summary>Its place among the changes of its set.</summary>
    public int Place => place;

    /// <summary>The item.</summary>
    public ItemId Id => change.Id;

    /// <summary>All its fields, as they will be.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields { get; } = Merge(
        change.Kind == ChangeKind.Update ? before?.Fields : null, change.Item.Fields);

    /// <summary>The change, with the embeddings that were made.</summary>
    public ItemChange Change => change.Kind == ChangeKind.Upsert
        ? ItemChange.Upsert(change.Item with { Embeddings = _embeddings }, change.Version)
        : ItemChange.Update(change.Item with { Embeddings = _embeddings }, change.Version);

    /// <summary>Those of the change's embeddings that were not given.</summary>
    public EmbeddingOrigins Origins => new(_made, _kept);

    /// <summary>The whole item, as it will be.</summary>
    public Item Whole => new()
    {
        Id = Id, Fields = Fields, Embeddings = Merge(_old?.Embeddings, _embeddings),
    };

    /// <summary>Whether it lacks an embedding, as an item that is new may.</summary>
    public bool Lacks(string embedding)
        => !_embeddings.ContainsKey(embedding) && _old?.Embeddings.ContainsKey(embedding) is not true;

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
        Put(embedding, values);
        _made.Add(embedding);
    }

    /// <summary>The embedding that the item has stays, where it is put in anew and has one.</summary>
    public void Keep(string embedding)
    {
        if (before?.Embeddings.TryGetValue(embedding, out ReadOnlyMemory<float> own) is true)
        {
            Put(embedding, own);
            _kept.Add(embedding);
        }
    }

    /// <summary>An embedding as a head reads it.</summary>
    public ReadOnlyMemory<float> Source(Schema schema, string embedding)
    {
        float[] values = (_embeddings.TryGetValue(embedding, out ReadOnlyMemory<float> own)
            ? own : _old!.Embeddings[embedding]).ToArray();
        if (schema.FindEmbedding(embedding)!.Metric == Metric.Cosine)
        {
            L2Normalise.Run(values, values.Length);
        }

        return values;
    }

    private void Put(string embedding, ReadOnlyMemory<float> values)
    {
        _embeddings[embedding] = values;
        _changed.Add(embedding);
    }

    private static IReadOnlyDictionary<string, T> Merge<T>(
        IReadOnlyDictionary<string, T>? old, IReadOnlyDictionary<string, T> now)
        => old is null ? now : old.Where(pair => !now.ContainsKey(pair.Key)).Concat(now).ToDictionary();
}
