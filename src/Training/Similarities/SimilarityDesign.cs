using System.Collections.Immutable;
using Linr.Layers;
using Linr.Training.Towers;

namespace Linr.Training.Similarities;

/// <summary>The layers of a similarity.</summary>
/// <param name="options">Kind and widths.</param>
/// <param name="sources">The embeddings that it stands on, by name, and their widths.</param>
internal sealed class SimilarityDesign(
    SimilarityOptions options, IReadOnlyList<(string Name, int Dim)> sources)
{
    /// <summary>The layers that make components or a half start with this.</summary>
    public const string Projection = "projection";

    /// <summary>What is behind <see cref="Projection"/> where a centroid is projected.</summary>
    public const string Centroid = "centroid";

    /// <summary>The layer that makes a gate's part.</summary>
    public const string Gate = "gate";

    /// <summary>The hidden layer of a gate's part.</summary>
    public const string Wide = "gate_wide";

    private string Name => options.ChosenName;

    private string First => sources[0].Name;

    private int Pairs => options.QueryComponentsInAll * options.ItemComponentsInAll;

    /// <summary>The name of the tensor that holds the centroids.</summary>
    public static string CentroidTensor(string similarity) => $"similarities/{similarity}/centroids";

    /// <summary>The similarity as a model file lists it.</summary>
    public SimilaritySpec Spec() => options.Kind == SimilarityKind.HadamardMlp ? Hadamard() : Mixture();

    /// <summary>Components of an embedding: all of them spread evenly, the first embeddings have one more.</summary>
    public static int Share(int components, int sourceCount, int source)
        => (components / sourceCount) + (source < components % sourceCount ? 1 : 0);

    private SimilaritySpec Hadamard()
    {
        return new SimilaritySpec(
            SimilarityKind.HadamardMlp,
            Name,
            Half(TowerSpec.QueryTower, $"{First}.{Name}"),
            [Half(TowerSpec.ItemTower, $"{First}.{Name}")])
        {
            Tensors = Names("inner", "inner_bias", "outer", "outer_bias"),
        };

        TowerSpec Half(string tower, string half)
        {
            (LayerListBuilder layers, string[] inputs) = Start(tower);
            string all = Together(layers, "inputs", inputs);
            layers.Add(LayerKind.Linear, Projection, [all], ["weight", "bias"]);
            layers.Add(LayerKind.Relu, "half", [Projection], []);
            return new TowerSpec(tower, half, options.Width, layers.ToImmutable());
        }
    }

    private SimilaritySpec Mixture()
    {
        (LayerListBuilder query, string[] queryInputs) = Start(TowerSpec.QueryTower);
        AddComponents(query, queryInputs, options.QueryComponents);
        AddGate(query, queryInputs);
        query.Add(LayerKind.Concat, "half", ["components", Gate], []);
        (LayerListBuilder parts, string[] partInputs) = Start("item_components");
        AddComponents(parts, partInputs, options.ItemComponents);
        (LayerListBuilder gate, string[] gateInputs) = Start("item_gate");
        AddGate(gate, gateInputs);
        int queryWidth = (options.QueryComponentsInAll * options.ComponentDim) + Pairs;
        int itemWidth = options.ItemComponentsInAll * options.ComponentDim;
        return new SimilaritySpec(
            SimilarityKind.MixtureOfLogits,
            Name,
            new TowerSpec(TowerSpec.QueryTower, $"{First}.{Name}", queryWidth, query.ToImmutable()),
            [
                new TowerSpec(TowerSpec.ItemTower, $"{First}.{Name}", itemWidth, parts.ToImmutable()),
                new TowerSpec(TowerSpec.ItemTower, $"{First}.{Name}.gate", Pairs, gate.ToImmutable()),
            ])
        {
            Tensors = Names("cross_inner", "cross_inner_bias", "cross_outer", "cross_outer_bias"),
            Numbers = new Dictionary<string, double>
            {
                ["query_components"] = options.QueryComponentsInAll,
                ["item_components"] = options.ItemComponentsInAll,
                ["dim"] = options.ComponentDim,
                ["temperature"] = options.Temperature,
            }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    // Components of each embedding, the closest centroid's behind them, each of norm 1.
    private void AddComponents(LayerListBuilder layers, string[] inputs, int components)
    {
        var projections = new List<string>();
        for (int source = 0; source < inputs.Length; source++)
        {
            projections.Add(layers.Add(
                LayerKind.Linear, $"{Projection}_{sources[source].Name}", [inputs[source]], ["weight", "bias"]));
        }

        if (options.Centroids > 0)
        {
            string closest = layers.AddShared(
                LayerKind.ClosestCentroid, "closest", [inputs[0]], "weight", CentroidTensor(Name));
            projections.Add(layers.Add(
                LayerKind.Linear, $"{Projection}_{Centroid}", [closest], ["weight", "bias"]));
        }

        string all = Together(layers, "projections", [.. projections]);
        layers.Add(LayerKind.L2NormaliseParts, "components", [all], [], numbers: new()
        {
            ["parts"] = components + (options.Centroids > 0 ? 1 : 0),
        });
    }

    private static void AddGate(LayerListBuilder layers, string[] inputs)
    {
        string all = Together(layers, "inputs", inputs);
        layers.Add(LayerKind.Linear, Wide, [all], ["weight", "bias"]);
        layers.Add(LayerKind.Silu, "gate_silu", [Wide], []);
        layers.Add(LayerKind.Linear, Gate, ["gate_silu"], ["weight", "bias"]);
    }

    private (LayerListBuilder Layers, string[] Inputs) Start(string head)
    {
        var layers = new LayerListBuilder($"{Name}.{head}");
        return (layers, [.. sources.Select(source => layers.Add(
            LayerKind.Embedding, $"input_{source.Name}", [], [], source.Name, new() { ["dim"] = source.Dim }))]);
    }

    private static string Together(LayerListBuilder layers, string name, string[] inputs)
        => inputs is [string one] ? one : layers.Add(LayerKind.Concat, name, [.. inputs], []);

    private ImmutableSortedDictionary<string, string> Names(params string[] roles)
        => roles.ToImmutableSortedDictionary(role => role, role => $"similarities/{Name}/{role}", StringComparer.Ordinal);
}
