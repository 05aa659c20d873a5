using System.Collections.Immutable;
using Linr.Layers;
using Linr.Rankers;
using Linr.Training.Towers;

namespace Linr.Training.Rankers;

/// <summary>The layers of a ranker and the widths of its linear ones.</summary>
internal static class RankerDesign
{
    /// <summary>The name of the task that says whether the user takes the item.</summary>
    public const string Click = "click";

    /// <summary>The name of the task that says how the user rates it.</summary>
    public const string Rating = "rating";

    /// <summary>The layer that both heads begin alike with.</summary>
    public const string Projection = "projection";

    /// <summary>The over-arch's layer past the hidden ones.</summary>
    public const string Straight = "straight";

    /// <summary>The over-arch's last hidden layer's output.</summary>
    public const string Deep = "deep";

    /// <summary>What every list of layers begins with.</summary>
    public const string Source = "input";

    /// <summary>The ranker as a model file lists it.</summary>
    /// <param name="options">Widths, name and weights.</param>
    /// <param name="towers">The towers' options.</param>
    /// <param name="fields">The items' fields.</param>
    /// <param name="survey">Statistics of these.</param>
    /// <param name="similarity">The similarity that it stands on, or null.</param>
    /// <param name="ratings">Mean and deviation of the ratings, or null where there are none.</param>
    public static RankerSpec Spec(
        RankerOptions options,
        TrainingOptions towers,
        IEnumerable<FieldSchema> fields,
        FieldSurvey survey,
        string? similarity,
        (double Mean, double Deviation)? ratings)
    {
        string half = $"{towers.Embedding}.{options.Name}";
        ImmutableArray<string> features =
        [
            RankFeature.Query, RankFeature.Item, RankFeature.Product, RankFeature.Score,
            .. similarity is null ? Array.Empty<string>() : [RankFeature.Similarity],
            RankFeature.History,
        ];
        int width = features.Sum(feature => RankFeature.WidthOf(feature, options.Width));
        return new RankerSpec(
            options.Name,
            options.Candidates,
            new TowerSpec(TowerSpec.QueryTower, half, options.Width, Query(options, towers)),
            new TowerSpec(TowerSpec.ItemTower, half, options.Width, Item(options, towers, fields, survey)),
            features,
            OverArch(options, width),
            Tasks(options, ratings))
        {
            Similarity = similarity,
            Tensors = new Dictionary<string, string> { [RankerSpec.Places] = $"rankers/{options.Name}/places" }
                .ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>The width of a linear layer's output.</summary>
    public static int WidthOf(RankerOptions options, LayerSpec layer, int tasks) => layer.Name switch
    {
        "wide" or "wider" => options.Hidden,
        Straight or Deep => tasks,
        _ => options.Width,
    };

    private static ImmutableArray<RankTask> Tasks(RankerOptions options, (double Mean, double Deviation)? ratings)
    {
        var click = new RankTask(Click, RankTask.Probability, options.ClickValue);
        return ratings is not { } found ? [click]
            : [click, new RankTask(Rating, RankTask.Value, options.RatingValue) { Offset = found.Mean, Scale = found.Deviation }];
    }

    private static ImmutableArray<LayerSpec> Query(RankerOptions options, TrainingOptions towers)
    {
        LayerListBuilder layers = Start($"{options.Name}.query", towers.Embedding, towers.Dim);
        layers.Add(LayerKind.Linear, Projection, [Source], ["weight", "bias"]);
        return layers.ToImmutable();
    }

    // Text reaches the ranker through the towers' embedding only: its tables are large.
    private static ImmutableArray<LayerSpec> Item(
        RankerOptions options, TrainingOptions towers, IEnumerable<FieldSchema> fields, FieldSurvey survey)
    {
        LayerListBuilder layers = Start($"{options.Name}.item", towers.Embedding, towers.Dim);
        layers.Add(LayerKind.IdEmbedding, TowerDesign.ItemId, [], ["weight", "keys"]);
        ImmutableArray<string> sources = TowerDesign.Sources(
            layers, towers, fields.Where(field => field.Type != FieldType.Text), survey.Numbers);
        layers.Add(LayerKind.Linear, Projection, [Source], ["weight", "bias"]);
        layers.Add(LayerKind.Concat, "features", [Source, .. sources], []);
        layers.Add(LayerKind.Linear, "wide", ["features"], ["weight", "bias"]);
        layers.Add(LayerKind.Gelu, "curved", ["wide"], []);
        layers.Add(LayerKind.Linear, "content", ["curved"], ["weight", "bias"]);
        layers.Add(LayerKind.Add, "half", [Projection, "content", TowerDesign.ItemId], []);
        return layers.ToImmutable();
    }

    private static ImmutableArray<LayerSpec> OverArch(RankerOptions options, int width)
    {
        LayerListBuilder layers = Start($"{options.Name}.over", RankerSpec.CrossField, width);
        layers.Add(LayerKind.Linear, "wide", [Source], ["weight", "bias"]);
        layers.Add(LayerKind.Gelu, "curved", ["wide"], []);
        layers.Add(LayerKind.Linear, "wider", ["curved"], ["weight", "bias"]);
        layers.Add(LayerKind.Gelu, "more_curved", ["wider"], []);
        layers.Add(LayerKind.Linear, Deep, ["more_curved"], ["weight"]);
        layers.Add(LayerKind.Linear, Straight, [Source], ["weight", "bias"]);
        layers.Add(LayerKind.Add, "tasks", [Deep, Straight], []);
        return layers.ToImmutable();
    }

    private static LayerListBuilder Start(string list, string field, int dim)
    {
        var layers = new LayerListBuilder(list);
        layers.Add(LayerKind.Embedding, Source, [], [], field, new Dictionary<string, double> { ["dim"] = dim });
        return layers;
    }
}
