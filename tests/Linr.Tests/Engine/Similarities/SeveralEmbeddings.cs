using System.Collections.Immutable;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Kernels.Layers;
using Linr.Kernels.Similarities;
using Linr.Layers;
using Linr.ModelFile;

namespace Linr.Tests.Engine.Similarities;

/// <summary>
/// A model with two embeddings, a query tower for each, and a similarity that reads both and the closest centroid of the
/// first; and what its logits are by plain loops.
/// </summary>
internal sealed class SeveralEmbeddings
{
    public const int Count = 300;
    public const int FirstDim = 3;
    public const int SecondDim = 4;
    private const int All = FirstDim + SecondDim + FirstDim;
    private const int Width = 5;
    private const int Hidden = 4;
    private const int CentroidCount = 7;

    private readonly Random _random = new(3);
    private readonly Dictionary<string, (long[] Shape, float[] Values)> _weights = [];
    private readonly HadamardMlp _mlp;

    public SeveralEmbeddings()
    {
        First = [.. Enumerable.Range(0, Count).Select(_ => Weights(FirstDim))];
        Second = [.. Enumerable.Range(0, Count).Select(_ => Weights(SecondDim))];
        _mlp = new HadamardMlp(Take("inner", Hidden, Width), Take("inner_bias", Hidden), Take("outer", Hidden), Take("outer_bias", 1)[0]);
        Take("query/weight", Width, All);
        Take("item/weight", Width, All);
        Take("centroids", CentroidCount, FirstDim);
        Take("otherwise", SecondDim);
        _weights.Add("first/pool", ([1, FirstDim], new float[FirstDim]));
        _weights.Add("second/pool", ([1, SecondDim], new float[SecondDim]));
    }

    public float[][] First { get; }

    public float[][] Second { get; }

    /// <summary>What the second query tower gives for an empty history.</summary>
    public float[] Otherwise => Normalise(_weights["otherwise"].Values);

    public float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];

    public static float[] Normalise(float[] values)
    {
        double length = Math.Sqrt(values.Sum(value => (double)value * value));
        return [.. values.Select(value => length > 0 ? (float)(value / length) : 0)];
    }

    /// <summary>The logits of all items, in their order.</summary>
    public double[] Logits(float[] first, float[] second) =>
        [.. Enumerable.Range(0, Count).Select(item => _mlp.Reference(
            Half("query/weight", first, second), Half("item/weight", First[item], Second[item])))];

    public void Write(string path, bool hasSecondTower = true)
    {
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Embeddings =
            [
                new EmbeddingSchema("first", FirstDim, Metric.Cosine),
                new EmbeddingSchema("second", SecondDim, Metric.Cosine),
                new EmbeddingSchema("first.both", Width, Metric.Dot),
            ],
        });
        for (int i = 0; i < Count; i++)
        {
            builder.Append(new Item
            {
                Id = i,
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
                {
                    ["first"] = First[i], ["second"] = Second[i], ["first.both"] = Half("item/weight", First[i], Second[i]),
                },
            });
        }

        using ItemTable items = builder.Build();
        TowerSpec[] towers = [Tower("first", FirstDim, hasOtherwise: false), Tower("second", SecondDim, hasOtherwise: true)];
        ModelWriter.Write(path, new ModelContents
        {
            Items = items,
            LayersJson = new LayerList([.. towers.Take(hasSecondTower ? 2 : 1)]).ToJson(),
            SimilaritiesJson = new SimilarityList([Similarity()]).ToJson(),
            Tensors = [.. _weights.Select(pair => TensorSource.Of(pair.Key, TensorType.Float32, [.. pair.Value.Shape], pair.Value.Values))],
        });
    }

    private static SimilaritySpec Similarity() => new(
        SimilarityKind.HadamardMlp, "both", Head("query", "query/weight"), [Head("item", "item/weight")])
    {
        Tensors = ((string[])["inner", "inner_bias", "outer", "outer_bias"])
            .ToImmutableSortedDictionary(role => role, role => role, StringComparer.Ordinal),
    };

    private static TowerSpec Head(string name, string weight) => new(name, "first.both", Width,
    [
        Source("a", "first", FirstDim),
        Source("b", "second", SecondDim),
        Layer(LayerKind.ClosestCentroid, "c", ["a"], ("weight", "centroids")),
        Layer(LayerKind.Concat, "all", ["a", "b", "c"]),
        Layer(LayerKind.Linear, "linear", ["all"], ("weight", weight)),
        Layer(LayerKind.Relu, "half", ["linear"]),
    ]);

    private static TowerSpec Tower(string embedding, int dim, bool hasOtherwise)
    {
        LayerSpec history = Layer(LayerKind.HistoryEmbedding, "history", []) with { Numbers = Number("length", 4) };
        LayerSpec pool = Layer(LayerKind.AttentionPool, "mean", ["history"], ("query", $"{embedding}/pool"));
        LayerSpec any = Layer(LayerKind.OrElse, "any", ["mean"], ("weight", "otherwise"));
        LayerSpec last = Layer(LayerKind.L2Normalise, "embedding", [hasOtherwise ? "any" : "mean"]);
        return new TowerSpec(TowerSpec.QueryTower, embedding, dim, hasOtherwise ? [history, pool, any, last] : [history, pool, last]);
    }

    private static LayerSpec Source(string name, string embedding, int dim)
        => new(LayerKind.Embedding, name) { Field = embedding, Numbers = Number("dim", dim) };

    private static LayerSpec Layer(string kind, string name, ImmutableArray<string> inputs, params (string Role, string Tensor)[] tensors)
        => new(kind, name)
        {
            Inputs = inputs,
            Tensors = tensors.ToImmutableSortedDictionary(pair => pair.Role, pair => pair.Tensor, StringComparer.Ordinal),
        };

    private static ImmutableSortedDictionary<string, double> Number(string name, double value)
        => ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal).Add(name, value);

    private float[] Half(string weight, float[] first, float[] second)
    {
        int[] chosen = new int[1];
        float[] centroids = _weights["centroids"].Values;
        ClosestCentroid.Reference(first, centroids, FirstDim, chosen);
        float[] all = [.. first, .. second, .. centroids.AsSpan(chosen[0] * FirstDim, FirstDim)];
        return [.. Enumerable.Range(0, Width).Select(row => (float)Math.Max(
            0, all.Select((value, d) => (double)value * _weights[weight].Values[(row * All) + d]).Sum()))];
    }

    private float[] Take(string name, params long[] shape)
    {
        float[] values = Weights((int)shape.Aggregate(1L, (product, one) => product * one));
        _weights.Add(name, (shape, values));
        return values;
    }
}
