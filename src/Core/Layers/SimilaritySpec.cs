using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Linr.Layers;

/// <summary>A learned similarity, as the model file lists it.</summary>
/// <param name="Kind">One of <see cref="SimilarityKind"/>.</param>
/// <param name="Name">Its name, by which requests ask for it.</param>
/// <param name="Query">
/// The head that turns a query's embeddings into the query's half: a tower whose sources are embeddings.
/// </param>
/// <param name="Items">
/// The heads that turn an item's embeddings into the item's halves, each of which is an embedding of the schema.
/// </param>
public sealed record SimilaritySpec(string Kind, string Name, TowerSpec Query, ImmutableArray<TowerSpec> Items)
{
    /// <summary>Names of its tensors in the model file, by what they are for.</summary>
    public ImmutableSortedDictionary<string, string> Tensors { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Its numbers, by name.</summary>
    public ImmutableSortedDictionary<string, double> Numbers { get; init; } =
        ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>
    /// The embeddings of a query that the head reads, in the order of its sources; a first stage is by the first. Empty
    /// where it is no head.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<string> QueryEmbeddings => [.. SourcesOf(Query).Select(source => source.Field!)];

    /// <summary>The sources of a head; none where one of them is no embedding.</summary>
    public static ImmutableArray<LayerSpec> SourcesOf(TowerSpec head)
    {
        ArgumentNullException.ThrowIfNull(head);
        LayerSpec[] sources = [.. head.Layers.Where(layer => layer.Inputs.IsEmpty)];
        return sources.All(source => source is { Kind: LayerKind.Embedding, Field: not null }) ? [.. sources] : [];
    }
}
