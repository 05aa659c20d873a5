namespace Linr.Engine.Live;

/// <summary>
/// Items and changes of one model as another one takes them: without the fields and embeddings that its schema lacks,
/// and without the embeddings that it makes itself.
/// </summary>
internal sealed class ItemFit
{
    private readonly HashSet<string> _fields;
    private readonly HashSet<string> _embeddings;

    /// <summary>What a model takes.</summary>
    /// <param name="schema">Its schema.</param>
    /// <param name="embedder">What makes its embeddings; null where nothing does.</param>
    public ItemFit(Schema schema, ItemEmbedder? embedder)
    {
        _fields = [.. schema.Fields.Select(field => field.Name)];
        _embeddings = [.. schema.Embeddings.Select(one => one.Name).Where(name => embedder?.Makes(name) is not true)];
    }

    /// <summary>The item, as the model takes it.</summary>
    public Item Of(Item item) => item with
    {
        Fields = item.Fields.Where(pair => _fields.Contains(pair.Key)).ToDictionary(),
        Embeddings = item.Embeddings.Where(pair => _embeddings.Contains(pair.Key)).ToDictionary(),
    };

    /// <summary>The change, as the model takes it.</summary>
    public ItemChange Of(ItemChange change) => change.Kind switch
    {
        ChangeKind.Upsert => ItemChange.Upsert(Of(change.Item), change.Version),
        ChangeKind.Update => ItemChange.Update(Of(change.Item), change.Version),
        _ => change,
    };
}
