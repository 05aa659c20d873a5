using System.Collections.Immutable;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Kernels.Similarities;
using Linr.Layers;
using Linr.ModelFile;

namespace Linr.Tests.Engine.Similarities;

/// <summary>
/// A model with random items and both kinds of learned similarity, and what their logits are by plain loops.
/// </summary>
internal sealed class SimilarityModel
{
    public const int Dim = 6;
    private const int Width = 5;
    private const int Hidden = 4;
    private static readonly MixtureShape s_shape = new(2, 2, 4, 0.3f);

    private readonly Random _random = new(11);
    private readonly Dictionary<string, float[]> _weights = [];

    public SimilarityModel(int count)
    {
        Embeddings = [.. Enumerable.Range(0, count).Select(_ => Weights(Dim))];
        Hadamard = new HadamardMlp(
            Take("hadamard/inner", Hidden * Width), Take("hadamard/inner_bias", Hidden), Take("hadamard/outer", Hidden),
            Take("hadamard/outer_bias", 1)[0]);
        int pairs = s_shape.Pairs;
        Mixture = new MixtureOfLogits(
            s_shape, Take("mixture/cross_inner", 3 * pairs), Take("mixture/cross_inner_bias", 3),
            Take("mixture/cross_outer", pairs * 3), Take("mixture/cross_outer_bias", pairs));
        foreach ((string head, int width) in s_heads)
        {
            Take($"{head}/weight", width * Dim);
        }
    }

    private static readonly (string Head, int Width)[] s_heads =
    [
        ("hadamard.query", Width), ("hadamard.item", Width), ("mixture.query", (s_shape.QueryComponents * s_shape.Dim) + s_shape.Pairs),
        ("mixture.parts", s_shape.ItemComponents * s_shape.Dim), ("mixture.gate", s_shape.Pairs),
    ];

    public float[][] Embeddings { get; }

    public HadamardMlp Hadamard { get; }

    public MixtureOfLogits Mixture { get; }

    public float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];

    /// <summary>The logits of all items, in their order.</summary>
    public double[] Logits(string similarity, float[] query)
        => similarity == "hadamard"
            ? [.. Embeddings.Select(item => Hadamard.Reference(
                Head("hadamard.query", query, relu: true), Head("hadamard.item", item, relu: true)))]
            : [.. Embeddings.Select(item => Mixture.Reference(
                Head("mixture.query", query, relu: false),
                [.. Parts(Head("mixture.parts", item, relu: false)), .. Head("mixture.gate", item, relu: false)]))];

    public void Write(string path, Func<SimilarityList, SimilarityList>? change = null, RowType rowType = RowType.Float32)
    {
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Fields = [new FieldSchema("shop", FieldType.Keyword, FieldRoles.Attribute)],
            Embeddings =
            [
                new EmbeddingSchema("main", Dim, Metric.Dot),
                new EmbeddingSchema("main.hadamard", Width, Metric.Dot, rowType),
                new EmbeddingSchema("main.parts", s_shape.ItemComponents * s_shape.Dim, Metric.Dot),
                new EmbeddingSchema("main.gate", s_shape.Pairs, Metric.Dot),
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
                    ["main.hadamard"] = Head("hadamard.item", Embeddings[i], relu: true),
                    ["main.parts"] = Parts(Head("mixture.parts", Embeddings[i], relu: false)),
                    ["main.gate"] = Head("mixture.gate", Embeddings[i], relu: false),
                },
            });
        }

        using ItemTable items = builder.Build();
        SimilarityList list = List();
        ModelWriter.Write(path, new ModelContents
        {
            Items = items,
            Version = "v",
            SimilaritiesJson = (change?.Invoke(list) ?? list).ToJson(),
            Tensors =
            [
                .. _weights.Select(pair => pair.Key.EndsWith("/weight", StringComparison.Ordinal)
                    ? TensorSource.Of(pair.Key, TensorType.Float32, [pair.Value.Length / Dim, Dim], pair.Value)
                    : TensorSource.Of(pair.Key, TensorType.Float32, [pair.Value.Length], pair.Value)),
            ],
        });
    }

    private static SimilarityList List() => new(
    [
        new SimilaritySpec(SimilarityKind.HadamardMlp, "hadamard", Tower("query", "hadamard.query", "main", LayerKind.Relu), [
            Tower("item", "hadamard.item", "main.hadamard", LayerKind.Relu)])
        {
            Tensors = Names("hadamard", "inner", "inner_bias", "outer", "outer_bias"),
        },
        new SimilaritySpec(SimilarityKind.MixtureOfLogits, "mixture", QueryOfMixture(), [
            Tower("item", "mixture.parts", "main.parts", LayerKind.L2NormaliseParts),
            Tower("item", "mixture.gate", "main.gate", null)])
        {
            Tensors = Names("mixture", "cross_inner", "cross_inner_bias", "cross_outer", "cross_outer_bias"),
            Numbers = new Dictionary<string, double>
            {
                ["query_components"] = s_shape.QueryComponents,
                ["item_components"] = s_shape.ItemComponents,
                ["dim"] = s_shape.Dim,
                ["temperature"] = s_shape.Temperature,
            }.ToImmutableSortedDictionary(),
        },
    ]);

    private static TowerSpec QueryOfMixture() => Tower("query", "mixture.query", "main", null);

    private static TowerSpec Tower(string name, string head, string embedding, string? last)
    {
        int width = s_heads.First(one => one.Head == head).Width;
        var linear = new LayerSpec(LayerKind.Linear, "linear")
        {
            Inputs = ["input"],
            Tensors = new Dictionary<string, string> { ["weight"] = $"{head}/weight" }.ToImmutableSortedDictionary(),
        };
        LayerSpec[] layers =
        [
            new LayerSpec(LayerKind.Embedding, "input")
            {
                Field = "main", Numbers = new Dictionary<string, double> { ["dim"] = Dim }.ToImmutableSortedDictionary(),
            },
            linear,
        ];
        if (last is not null)
        {
            var numbers = new Dictionary<string, double>();
            if (last == LayerKind.L2NormaliseParts)
            {
                numbers["parts"] = s_shape.ItemComponents;
            }

            layers = [.. layers, new LayerSpec(last, "last") { Inputs = ["linear"], Numbers = numbers.ToImmutableSortedDictionary() }];
        }

        return new TowerSpec(name, embedding, width, [.. layers]);
    }

    private static ImmutableSortedDictionary<string, string> Names(string similarity, params string[] roles)
        => roles.ToImmutableSortedDictionary(role => role, role => $"{similarity}/{role}", StringComparer.Ordinal);

    private float[] Take(string name, int count) => _weights[name] = Weights(count);

    public float[] Head(string head, float[] embedding, bool relu)
    {
        float[] weight = _weights[$"{head}/weight"];
        return [.. Enumerable.Range(0, weight.Length / Dim).Select(row =>
        {
            double sum = embedding.Select((value, d) => (double)value * weight[(row * Dim) + d]).Sum();
            return (float)(relu ? Math.Max(sum, 0) : sum);
        })];
    }

    private static float[] Parts(float[] components)
        => [.. components.Chunk(s_shape.Dim).SelectMany(part =>
        {
            double norm = Math.Sqrt(part.Sum(value => (double)value * value));
            return part.Select(value => (float)(value / norm));
        })];
}
