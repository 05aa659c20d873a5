using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Linr.Layers;

/// <summary>A learned similarity, as the model file lists it.</summary>
/// <param name="Kind">One of <see cref="SimilarityKind"/>.</param>
/// <param name="Name">Its name, by which requests ask for it.</param>
/// <param name="Query">
/// The head that turns a query's embedding into the query's half: a tower whose one source is the embedding.
/// </param>
/// <param name="Items">
/// The heads that turn an item's embedding into the item's halves, each of which is an embedding of the schema.
/// </param>
public sealed record SimilaritySpec(string Kind, string Name, TowerSpec Query, ImmutableArray<TowerSpec> Items)
{
    /// <summary>Names of its tensors in the model file, by what they are for.</summary>
    public ImmutableSortedDictionary<string, string> Tensors { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Its numbers, by name.</summary>
    public ImmutableSortedDictionary<string, double> Numbers { get; init; } =
        ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The embedding of a query that the head reads; null where it is no head.</summary>
    [JsonIgnore]
    public string? QueryEmbedding => SourceOf(Query)?.Field;

    /// <summary>The one source of a head, or null.</summary>
    internal static LayerSpec? SourceOf(TowerSpec head)
    {
        LayerSpec[] sources = [.. head.Layers.Where(layer => layer.Inputs.IsEmpty)];
        return sources is [{ Kind: LayerKind.Embedding } one] ? one : null;
    }
}
