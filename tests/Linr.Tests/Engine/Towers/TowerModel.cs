using System.Collections.Immutable;
using System.Globalization;
using Linr.Engine.Towers;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;

namespace Linr.Tests.Engine.Towers;

/// <summary>
/// A model file of random items and random towers that have a layer of every kind; with <c>graph</c> items have a
/// second embedding too, that no tower makes of them.
/// </summary>
internal sealed class TowerModel(int items, int seed, RowType rows = RowType.Float32, bool graph = false)
{
    public const int Dim = 16;
    public const int GraphDim = 6;
    public const int HistoryLength = 6;
    private const int Keywords = 9;

    private static readonly Dictionary<string, double> s_heads = new() { ["heads"] = 4 };

    private readonly Random _random = new(seed);
    private readonly List<TensorSource> _tensors = [];
    private readonly List<LayerSpec> _layers = [];
    private string _tower = string.Empty;

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new FieldSchema("genre", FieldType.Keyword, FieldRoles.Feature, MultiValued: true),
                new FieldSchema("title", FieldType.Text, FieldRoles.Feature),
                new FieldSchema("size", FieldType.Float, FieldRoles.Feature),
            ],
            Embeddings =
            [
                new EmbeddingSchema("default", Dim, Metric.Dot, rows),
                .. graph ? [new EmbeddingSchema("graph", GraphDim, Metric.Cosine, rows)] : Array.Empty<EmbeddingSchema>(),
            ],
        };
        using var builder = new ItemTableBuilder(schema);
        builder.Append((IReadOnlyCollection<Item>)[.. Items(items, withEmbeddings: true)]);
        using ItemTable table = builder.Build();
        var towers = new LayerList([ItemTower(), QueryTower(), .. graph ? [GraphTower()] : Array.Empty<TowerSpec>()]);
        ModelWriter.Write(
            path, new ModelContents { Items = table, LayersJson = towers.ToJson(), Tensors = _tensors });
    }

    /// <summary>Items, among them some without a value of a field.</summary>
    public IEnumerable<Item> Items(int count, bool withEmbeddings = false)
    {
        for (int item = 0; item < count; item++)
        {
            var fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["genre"] = [.. Enumerable.Range(0, item % 4).Select(i => Value.OfKeyword($"k{(item + (i * 5)) % (Keywords + 2)}"))],
                ["title"] = [Value.OfText(string.Join(' ', Enumerable.Range(0, item % 23).Select(i => $"w{item * i % 97}")))],
            };
            if (item % 5 != 0)
            {
                fields["size"] = [item / 10.0];
            }

            var embeddings = new Dictionary<string, ReadOnlyMemory<float>>();
            if (withEmbeddings)
            {
                embeddings.Add("default", Floats(Dim, 1));
            }

            if (withEmbeddings && graph)
            {
                embeddings.Add("graph", Floats(GraphDim, 1));
            }

            yield return new Item
            {
                Id = (long)item,
                Fields = fields,
                Embeddings = embeddings,
            };
        }
    }

    private TowerSpec ItemTower()
    {
        _tower = TowerSpec.ItemTower;
        _layers.Clear();
        Keyed(LayerKind.IdEmbedding, "id", Dim);
        KeywordBag("genre");
        Add(LayerKind.TextBag, "title", [], field: "title", weight: [31, 12]);
        Add(LayerKind.Number, "size", [], field: "size", numbers: new() { ["log"] = 1, ["mean"] = 2, ["deviation"] = 3 });
        Add(LayerKind.Concat, "features", ["genre", "title", "size"]);
        Add(LayerKind.Linear, "wide", ["features"], weight: [40, 22], bias: [40]);
        Add(LayerKind.Gelu, "gelu", ["wide"]);
        Add(LayerKind.LayerNorm, "norm", ["gelu"], weight: [40], bias: [40]);
        Add(LayerKind.Linear, "content", ["norm"], weight: [Dim, 40], bias: [Dim]);
        Add(LayerKind.Linear, "straight", ["features"], weight: [Dim, 22]);
        Add(LayerKind.Add, "sum", ["content", "straight", "id"]);
        Add(LayerKind.Tanh, "tanh", ["sum"]);
        Add(LayerKind.Scale, "half", ["tanh"], numbers: new() { ["factor"] = 0.5 });
        Add(LayerKind.L2Normalise, "embedding", ["half"]);
        return new TowerSpec(_tower, "default", Dim, [.. _layers]);
    }

    private TowerSpec QueryTower()
    {
        _tower = TowerSpec.QueryTower;
        _layers.Clear();
        Add(LayerKind.HistoryEmbedding, "history", [], numbers: new() { ["length"] = HistoryLength });
        Keyed(LayerKind.HistoryIdEmbedding, "history_id", 10);
        Add(LayerKind.Concat, "places", ["history", "history_id"]);
        Add(LayerKind.Linear, "mixed", ["places"], weight: [Dim, Dim + 10], bias: [Dim]);
        Add(LayerKind.Silu, "silu", ["mixed"]);
        Add(LayerKind.Position, "recency", ["silu"], weight: [4, Dim]);
        Add(LayerKind.Linear, "values", ["recency"], weight: [8, Dim], bias: [8]);
        Add(LayerKind.CausalAttention, "attended", ["recency", "mixed", "values"], bias: [4, 3], numbers: s_heads);
        Add(LayerKind.Latest, "latest", ["recency"]);
        Add(LayerKind.CausalAttention, "asked", ["latest", "recency", "attended"], numbers: s_heads);
        Add(LayerKind.AttentionPool, "pooled", ["attended"], query: [3, 8]);
        KeywordBag("country");
        Add(LayerKind.Concat, "features", ["pooled", "country", "latest", "asked"]);
        Add(LayerKind.Linear, "wide", ["features"], weight: [30, 24 + 8 + Dim + 8], bias: [30]);
        Add(LayerKind.Relu, "relu", ["wide"]);
        Add(LayerKind.Linear, "out", ["relu"], weight: [Dim, 30], bias: [Dim]);
        Add(LayerKind.L2Normalise, "embedding", ["out"]);
        return new TowerSpec(_tower, "default", Dim, [.. _layers]);
    }

    private TowerSpec GraphTower()
    {
        _tower = "graph";
        _layers.Clear();
        Add(LayerKind.HistoryEmbedding, "history", [], numbers: new() { ["length"] = HistoryLength });
        Add(LayerKind.AttentionPool, "pooled", ["history"], query: [1, GraphDim]);
        Add(LayerKind.L2Normalise, "embedding", ["pooled"]);
        return new TowerSpec(TowerSpec.QueryTower, "graph", GraphDim, [.. _layers]);
    }

    private void KeywordBag(string field)
    {
        var vocabulary = new Vocabulary();
        for (int value = 0; value < Keywords; value++)
        {
            vocabulary.Add(string.Create(CultureInfo.InvariantCulture, $"k{value}"));
        }

        (byte[] bytes, long[] starts) = vocabulary.ToTensors();
        _tensors.Add(TensorSource.Of(Name(field, "value_bytes"), TensorType.UInt8, [bytes.Length], bytes));
        _tensors.Add(TensorSource.Of(Name(field, "value_starts"), TensorType.Int64, [starts.Length], starts));
        Add(LayerKind.KeywordBag, field, [], field, weight: [Keywords + 1, 8], others: ["value_bytes", "value_starts"]);
    }

    private void Keyed(string kind, string name, int width)
    {
        long[] keys = [.. Enumerable.Range(0, items).Where(item => item % 7 != 3).Select(item => (long)item)];
        _tensors.Add(TensorSource.Of(Name(name, "keys"), TensorType.Int64, [keys.Length], keys));
        Add(kind, name, [], weight: [keys.Length, width], others: ["keys"]);
    }

    private void Add(
        string kind,
        string name,
        ImmutableArray<string> inputs,
        string? field = null,
        long[]? weight = null,
        ImmutableArray<long>? bias = null,
        long[]? query = null,
        string[]? others = null,
        Dictionary<string, double>? numbers = null)
    {
        Tensor(name, "weight", weight);
        Tensor(name, "query", query);
        Tensor(name, "bias", bias is null ? null : [.. bias]);
        string[] roles =
        [
            .. others ?? [], .. weight is null ? [] : new[] { "weight" }, .. query is null ? [] : new[] { "query" },
            .. bias is null ? [] : new[] { "bias" },
        ];
        _layers.Add(new LayerSpec(kind, name)
        {
            Inputs = inputs,
            Field = field,
            Tensors = roles.ToImmutableSortedDictionary(role => role, role => Name(name, role)),
            Numbers = (numbers ?? []).ToImmutableSortedDictionary(),
        });
    }

    private void Tensor(string name, string role, long[]? shape)
    {
        if (shape is not null)
        {
            float[] values = Floats((int)shape.Aggregate((product, dim) => product * dim), 0.4);
            _tensors.Add(TensorSource.Of(Name(name, role), TensorType.Float32, [.. shape], values));
        }
    }

    private string Name(string layer, string role) => $"towers/{_tower}/{layer}/{role}";

    private float[] Floats(int count, double size)
        => [.. Enumerable.Range(0, count).Select(_ => (float)(size * ((_random.NextDouble() * 2) - 1)))];
}
