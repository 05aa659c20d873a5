using System.Collections.Immutable;
using Linr.Layers;

namespace Linr.Training.Towers;

/// <summary>
/// The two towers of a schema as lists of layers. Item: bags of keywords and of hashed text, numbers, through a hidden
/// layer and past it; plus the id embedding. Query: each place of the history (item embedding, id embedding, recency) through a
/// linear layer, pooled by attention or read by a <see cref="SequenceEncoder"/>, then with the query features through a
/// hidden layer. Both end normalised.
/// </summary>
internal static class TowerDesign
{
    /// <summary>The name of the id embedding of the item tower.</summary>
    public const string ItemId = "id";

    /// <summary>The name of the history's item embeddings.</summary>
    public const string History = "history";

    /// <summary>The name of the history's id embeddings.</summary>
    public const string HistoryId = "history_id";

    /// <summary>The item tower.</summary>
    public static TowerSpec Item(
        TrainingOptions options, IEnumerable<FieldSchema> fields, IReadOnlyDictionary<string, NumberStatistics> numbers)
    {
        var layers = new LayerListBuilder(TowerSpec.ItemTower);
        string id = layers.Add(LayerKind.IdEmbedding, ItemId, [], ["weight", "keys"]);
        ImmutableArray<string> sources = Sources(layers, options, fields, numbers);
        string output = id;
        if (!sources.IsEmpty)
        {
            string features = layers.Add(LayerKind.Concat, "features", sources, []);
            string content = Hidden(layers, "content", features);
            string straight = layers.Add(LayerKind.Linear, "straight", [features], ["weight"]);
            output = layers.Add(LayerKind.Add, "sum", [content, straight, id], []);
        }

        layers.Add(LayerKind.L2Normalise, "embedding", [output], []);
        return new TowerSpec(TowerSpec.ItemTower, options.Embedding, options.Dim, layers.ToImmutable());
    }

    /// <summary>The query tower.</summary>
    /// <param name="options">Widths, heads and history length.</param>
    /// <param name="ordered">Whether the order of the history says something.</param>
    /// <param name="fields">The query features.</param>
    /// <param name="numbers">Statistics of those that are numbers.</param>
    public static TowerSpec Query(
        TrainingOptions options,
        bool ordered,
        IEnumerable<FieldSchema> fields,
        IReadOnlyDictionary<string, NumberStatistics> numbers)
    {
        var layers = new LayerListBuilder(TowerSpec.QueryTower);
        string history = layers.Add(
            LayerKind.HistoryEmbedding, History, [], [], numbers: new() { ["length"] = options.HistoryLength });
        string historyId = layers.Add(LayerKind.HistoryIdEmbedding, HistoryId, [], ["weight", "keys"]);
        ImmutableArray<string> sources = Sources(layers, options, fields, numbers);
        string places = layers.Add(LayerKind.Concat, "places", [history, historyId], []);
        string mixed = layers.Add(LayerKind.Linear, "mixed", [places], ["weight", "bias"]);
        string read = options.QueryEncoder == QueryEncoder.CausalTransformer
            ? SequenceEncoder.Add(layers, options, mixed, ordered) : Pool(layers, mixed, ordered);
        string all = layers.Add(LayerKind.Concat, "features", [read, .. sources], []);
        string hidden = Hidden(layers, "hidden", all);
        string straight = layers.Add(LayerKind.Linear, "straight", [all], ["weight"]);
        string sum = layers.Add(LayerKind.Add, "sum", [hidden, straight], []);
        layers.Add(LayerKind.L2Normalise, "embedding", [sum], []);
        return new TowerSpec(TowerSpec.QueryTower, options.Embedding, options.Dim, layers.ToImmutable());
    }

    private static string Pool(LayerListBuilder layers, string places, bool ordered)
    {
        string placed = ordered ? layers.Add(LayerKind.Position, "recency", [places], ["weight"]) : places;
        return layers.Add(LayerKind.AttentionPool, "pooled", [placed], ["query"]);
    }

    private static string Hidden(LayerListBuilder layers, string name, string input)
    {
        string wide = layers.Add(LayerKind.Linear, name + "_wide", [input], ["weight", "bias"]);
        string curved = layers.Add(LayerKind.Gelu, name + "_gelu", [wide], []);
        return layers.Add(LayerKind.Linear, name, [curved], ["weight", "bias"]);
    }

    private static ImmutableArray<string> Sources(
        LayerListBuilder layers,
        TrainingOptions options,
        IEnumerable<FieldSchema> fields,
        IReadOnlyDictionary<string, NumberStatistics> numbers)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (FieldSchema field in fields.Where(field => field.IsFeature))
        {
            string name = "field_" + field.Name;
            switch (field.Type)
            {
                case FieldType.Keyword:
                    names.Add(layers.Add(
                        LayerKind.KeywordBag, name, [], ["weight", "value_bytes", "value_starts"], field.Name));
                    break;
                case FieldType.Text:
                    names.Add(layers.Add(
                        LayerKind.TextBag, name, [], ["weight"], field.Name,
                        new() { ["pairs"] = options.TextPairs ? 1 : 0 }));
                    break;
                case FieldType.Integer or FieldType.Float or FieldType.Boolean or FieldType.Date:
                    (bool log, double mean, double deviation) = numbers[field.Name].Standardise();
                    names.Add(layers.Add(
                        LayerKind.Number, name, [], [], field.Name,
                        new() { ["log"] = log ? 1 : 0, ["mean"] = mean, ["deviation"] = deviation }));
                    break;
                default:
                    throw new ArgumentException(
                        $"Field {field.Name}: a tower cannot read a field of type {field.Type}.");
            }
        }

        return names.ToImmutable();
    }
}
