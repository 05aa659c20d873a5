using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Linr.Layers;

namespace Linr.Rankers;

/// <summary>
/// A ranker, as the model file lists it: an over-arch over the best candidates of a search, which predicts tasks, and a
/// value model, which adds them up.
/// </summary>
/// <param name="Name">Its name, by which requests ask for it.</param>
/// <param name="Candidates">Candidates that it ranks, unless a request says another number.</param>
/// <param name="Query">
/// The head that turns a query's embedding into the query's half: a tower whose one source is the embedding.
/// </param>
/// <param name="Item">
/// The head that makes an item's half, an embedding of the schema, from the item's embedding, its raw features and its
/// id. Both halves are equally wide.
/// </param>
/// <param name="Features">What the over-arch reads, side by side: names of <see cref="RankFeature"/>.</param>
/// <param name="Layers">
/// The over-arch: layers from a source <c>embedding</c> of field <see cref="CrossField"/> to one raw value a task.
/// </param>
/// <param name="Tasks">What it predicts.</param>
public sealed record RankerSpec(
    string Name,
    int Candidates,
    TowerSpec Query,
    TowerSpec Item,
    ImmutableArray<string> Features,
    ImmutableArray<LayerSpec> Layers,
    ImmutableArray<RankTask> Tasks)
{
    /// <summary>What the over-arch's source names as its field.</summary>
    public const string CrossField = "cross";

    /// <summary>The name of the tensor of <see cref="RankFeature.History"/>: F32 [places].</summary>
    public const string Places = "places";

    /// <summary>
    /// The learned similarity whose logit is <see cref="RankFeature.Similarity"/>; null where it is not read.
    /// </summary>
    public string? Similarity { get; init; }

    /// <summary>Names of its own tensors in the model file, by what they are for.</summary>
    public ImmutableSortedDictionary<string, string> Tensors { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The embedding of a query that the head reads; null where it is no head.</summary>
    [JsonIgnore]
    public string? QueryEmbedding => SourcesOf(Query.Layers) is [{ Kind: LayerKind.Embedding } one] ? one.Field : null;

    /// <summary>Numbers that the over-arch reads a candidate.</summary>
    [JsonIgnore]
    public int CrossWidth => Features.Sum(feature => RankFeature.WidthOf(feature, Item.Dim));

    /// <summary>The over-arch as a tower.</summary>
    [JsonIgnore]
    public TowerSpec OverArch => new("over-arch", Name, Tasks.Length, Layers);

    /// <summary>The layers that read no other layer.</summary>
    internal static LayerSpec[] SourcesOf(ImmutableArray<LayerSpec> layers)
        => layers.IsDefault ? [] : [.. layers.Where(layer => layer.Inputs.IsEmpty)];
}
