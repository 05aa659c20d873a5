using System.Collections.Immutable;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Kernels.Similarities;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Rankers;

namespace Linr.Tests.Engine.Rankers;

/// <summary>
/// A model with random items, a learned similarity and a ranker that reads all there is to read, and what its tasks are
/// by plain loops.
/// </summary>
internal sealed class RankerModel
{
    public const int Dim = 6;
    public const string Name = "overarch";
    private const int Half = 4;
    private const int Hidden = 7;
    private const int Places = 3;
    private const int Cross = (4 * Half) + 2;

    private readonly Random _random = new(7);
    private readonly Dictionary<string, (int Rows, float[] Values)> _weights = [];
    private readonly HadamardMlp _hadamard;

    public RankerModel(int count)
    {
        Embeddings = [.. Enumerable.Range(0, count).Select(_ => Weights(Dim))];
        _hadamard = new HadamardMlp(
            Take("hadamard/inner", 2, 3), Take("hadamard/inner_bias", 0, 2), Take("hadamard/outer", 0, 2),
            Take("hadamard/outer_bias", 0, 1)[0]);
        Take("hadamard.half", 3, Dim);
        Take("query.half", Half, Dim);
        Take("item.half", Half, Dim);
        Take("places", 0, Places);
        Take("wide", Hidden, Cross);
        Take("wide_bias", 0, Hidden);
        Take("deep", 2, Hidden);
        Take("straight", 2, Cross);
    }

    public float[][] Embeddings { get; }

    public static RankTask Click { get; } = new("click", RankTask.Probability, 2);

    public static RankTask Rating { get; } = new("rating", RankTask.Value, 0.1) { Offset = 3.5, Scale = 1.5 };

    public float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];

    /// <summary>The cosine of a query and an item.</summary>
    public double Score(float[] query, int item) => Dot(query, Embeddings[item])
        / Math.Sqrt(Dot(query, query) * Dot(Embeddings[item], Embeddings[item]));

    /// <summary>Scores of both tasks.</summary>
    /// <param name="query">The query's embedding.</param>
    /// <param name="history">Its items, the latest first.</param>
    /// <param name="item">The candidate.</param>
    public (double Click, double Rating) Tasks(float[] query, int[] history, int item)
    {
        double[] u = Times("query.half", query);
        double[] v = Times("item.half", Embeddings[item]);
        double logit = _hadamard.Reference(
            [.. Times("hadamard.half", query).Select(Relu)], [.. Times("hadamard.half", Embeddings[item]).Select(Relu)]);
        double[] cross =
        [
            .. u, .. v, .. u.Zip(v, (one, other) => one * other), Score(query, item), logit, .. Attended(v, history),
        ];
        double[] hidden = [.. Times("wide", cross).Zip(_weights["wide_bias"].Values, (sum, bias) => Math.Max(0, sum + bias))];
        double[] raw = [.. Times("deep", hidden).Zip(Times("straight", cross), (deep, straight) => deep + straight)];
        return (1 / (1 + Math.Exp(-raw[0])), Rating.Offset + (Rating.Scale * raw[1]));

        static float Relu(double value) => (float)Math.Max(value, 0);
    }

    public void Write(string path, Func<RankerSpec, RankerSpec>? change = null, EmbeddingCodes? codes = null)
    {
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Fields = [new FieldSchema("shop", FieldType.Keyword, FieldRoles.Attribute)],
            Embeddings =
            [
                new EmbeddingSchema("main", Dim, Metric.Cosine, RowType.Float32, codes),
                new EmbeddingSchema("main.hadamard", 3, Metric.Dot),
                new EmbeddingSchema("main.overarch", Half, Metric.Dot),
            ],
        });
        for (int i = 0; i < Embeddings.Length; i++)
        {
            builder.Append(new Item
            {
                Id = i,
                Fields = new Dictionary<string, IReadOnlyList<Value>> { ["shop"] = [Value.OfKeyword($"shop {i % 7}")] },
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
                {
                    ["main"] = Embeddings[i],
                    ["main.hadamard"] = Floats(Times("hadamard.half", Embeddings[i]).Select(value => Math.Max(value, 0))),
                    ["main.overarch"] = Floats(Times("item.half", Embeddings[i])),
                },
            });
        }

        using ItemTable items = builder.Build();
        RankerSpec spec = Spec();
        ModelWriter.Write(path, new ModelContents
        {
            Items = items,
            Version = "v",
            SimilaritiesJson = new SimilarityList([Hadamard()]).ToJson(),
            RankersJson = new RankerList([change?.Invoke(spec) ?? spec]).ToJson(),
            Tensors =
            [
                .. _weights.Select(pair => TensorSource.Of(
                    pair.Key,
                    TensorType.Float32,
                    pair.Value.Rows == 0 ? [pair.Value.Values.Length] : [pair.Value.Rows, pair.Value.Values.Length / pair.Value.Rows],
                    pair.Value.Values)),
            ],
        });
    }

    private static RankerSpec Spec() => new(
        Name,
        Candidates: 50,
        Head(TowerSpec.QueryTower, "main.overarch", Half, "query.half", relu: false),
        Head(TowerSpec.ItemTower, "main.overarch", Half, "item.half", relu: false),
        [
            RankFeature.Query, RankFeature.Item, RankFeature.Product, RankFeature.Score, RankFeature.Similarity,
            RankFeature.History,
        ],
        [
            Source(RankerSpec.CrossField, Cross),
            Layer(LayerKind.Linear, "wide", ["input"], ("weight", "wide"), ("bias", "wide_bias")),
            Layer(LayerKind.Relu, "curved", ["wide"]),
            Layer(LayerKind.Linear, "deep", ["curved"], ("weight", "deep")),
            Layer(LayerKind.Linear, "straight", ["input"], ("weight", "straight")),
            Layer(LayerKind.Add, "tasks", ["deep", "straight"]),
        ],
        [Click, Rating])
    {
        Similarity = "hadamard",
        Tensors = Names((RankerSpec.Places, "places")),
    };

    private static SimilaritySpec Hadamard() => new(
        SimilarityKind.HadamardMlp,
        "hadamard",
        Head(TowerSpec.QueryTower, "main.hadamard", 3, "hadamard.half", relu: true),
        [Head(TowerSpec.ItemTower, "main.hadamard", 3, "hadamard.half", relu: true)])
    {
        Tensors = Names(
            ("inner", "hadamard/inner"), ("inner_bias", "hadamard/inner_bias"), ("outer", "hadamard/outer"),
            ("outer_bias", "hadamard/outer_bias")),
    };

    private static TowerSpec Head(string name, string embedding, int width, string weight, bool relu) => new(
        name,
        embedding,
        width,
        [
            Source("main", Dim),
            Layer(LayerKind.Linear, "half", ["input"], ("weight", weight)),
            .. relu ? [Layer(LayerKind.Relu, "relu", ["half"])] : Array.Empty<LayerSpec>(),
        ]);

    private static LayerSpec Source(string field, int dim) => new(LayerKind.Embedding, "input")
    {
        Field = field,
        Numbers = new Dictionary<string, double> { ["dim"] = dim }.ToImmutableSortedDictionary(),
    };

    private static LayerSpec Layer(string kind, string name, string[] inputs, params (string Role, string Name)[] tensors)
        => new(kind, name) { Inputs = [.. inputs], Tensors = Names(tensors) };

    private static ImmutableSortedDictionary<string, string> Names(params (string Role, string Name)[] tensors)
        => tensors.ToImmutableSortedDictionary(one => one.Role, one => one.Name, StringComparer.Ordinal);

    private double[] Attended(double[] v, int[] history)
    {
        double[][] past = [.. history.Take(Places).Select(item => Times("item.half", Embeddings[item]))];
        double[] shares =
            [.. past.Select((one, place) => Math.Exp((Dot(v, one) / Math.Sqrt(Half)) + _weights["places"].Values[place]))];
        return [.. v.Select((value, d) => past.Length == 0
            ? 0 : value * past.Zip(shares, (one, share) => one[d] * share).Sum() / shares.Sum())];
    }

    private float[] Take(string name, int rows, int width)
    {
        float[] values = Weights(Math.Max(1, rows) * width);
        _weights.Add(name, (rows, values));
        return values;
    }

    private double[] Times(string weight, float[] input) => Times(weight, [.. input.Select(value => (double)value)]);

    private double[] Times(string weight, double[] input)
        => [.. _weights[weight].Values.Chunk(input.Length).Select(
            row => row.Zip(input, (one, other) => one * other).Sum())];

    private static float[] Floats(IEnumerable<double> values) => [.. values.Select(value => (float)value)];

    private static double Dot(IEnumerable<float> one, IEnumerable<float> other)
        => one.Zip(other, (left, right) => (double)left * right).Sum();

    private static double Dot(double[] one, double[] other) => one.Zip(other, (left, right) => left * right).Sum();
}
