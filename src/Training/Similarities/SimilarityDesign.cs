using System.Collections.Immutable;
using Linr.Layers;
using Linr.Training.Towers;

namespace Linr.Training.Similarities;

/// <summary>The layers of a similarity and the widths of its linear ones.</summary>
internal static class SimilarityDesign
{
    /// <summary>The layer that makes components or a half.</summary>
    public const string Projection = "projection";

    private const string Source = "input";
    private const string Wide = "gate_wide";
    private const string Gate = "gate";

    /// <summary>The similarity as a model file lists it.</summary>
    /// <param name="options">Kind and widths.</param>
    /// <param name="embedding">The embedding that it stands on.</param>
    /// <param name="dim">That embedding's width.</param>
    public static SimilaritySpec Spec(SimilarityOptions options, string embedding, int dim)
        => options.Kind == SimilarityKind.HadamardMlp ? Hadamard(options, embedding, dim) : Mixture(options, embedding, dim);

    /// <summary>The width of a linear layer's output.</summary>
    public static int WidthOf(SimilarityOptions options, TowerSpec head, LayerSpec layer) => layer.Name switch
    {
        Wide => options.GateHidden,
        Gate => options.QueryComponents * options.ItemComponents,
        _ when options.Kind == SimilarityKind.HadamardMlp => options.Width,
        _ => options.ComponentDim * (head.Name == TowerSpec.QueryTower ? options.QueryComponents : options.ItemComponents),
    };

    private static SimilaritySpec Hadamard(SimilarityOptions options, string embedding, int dim)
    {
        string name = options.ChosenName;
        return new SimilaritySpec(
            SimilarityKind.HadamardMlp,
            name,
            Half(TowerSpec.QueryTower, $"{embedding}.{name}"),
            [Half(TowerSpec.ItemTower, $"{embedding}.{name}")])
        {
            Tensors = Names(name, "inner", "inner_bias", "outer", "outer_bias"),
        };

        TowerSpec Half(string tower, string half)
        {
            LayerListBuilder layers = Start(name, tower, embedding, dim);
            layers.Add(LayerKind.Linear, Projection, [Source], ["weight", "bias"]);
            layers.Add(LayerKind.Relu, "half", [Projection], []);
            return new TowerSpec(tower, half, options.Width, layers.ToImmutable());
        }
    }

    private static SimilaritySpec Mixture(SimilarityOptions options, string embedding, int dim)
    {
        string name = options.ChosenName;
        int pairs = options.QueryComponents * options.ItemComponents;
        LayerListBuilder query = Start(name, TowerSpec.QueryTower, embedding, dim);
        AddComponents(query, options.QueryComponents);
        AddGate(query);
        query.Add(LayerKind.Concat, "half", ["components", Gate], []);
        LayerListBuilder parts = Start(name, "item_components", embedding, dim);
        AddComponents(parts, options.ItemComponents);
        LayerListBuilder gate = Start(name, "item_gate", embedding, dim);
        AddGate(gate);
        return new SimilaritySpec(
            SimilarityKind.MixtureOfLogits,
            name,
            new TowerSpec(
                TowerSpec.QueryTower,
                $"{embedding}.{name}",
                (options.QueryComponents * options.ComponentDim) + pairs,
                query.ToImmutable()),
            [
                new TowerSpec(
                    TowerSpec.ItemTower,
                    $"{embedding}.{name}",
                    options.ItemComponents * options.ComponentDim,
                    parts.ToImmutable()),
                new TowerSpec(TowerSpec.ItemTower, $"{embedding}.{name}.gate", pairs, gate.ToImmutable()),
            ])
        {
            Tensors = Names(name, "cross_inner", "cross_inner_bias", "cross_outer", "cross_outer_bias"),
            Numbers = new Dictionary<string, double>
            {
                ["query_components"] = options.QueryComponents,
                ["item_components"] = options.ItemComponents,
                ["dim"] = options.ComponentDim,
                ["temperature"] = options.Temperature,
            }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };

        static void AddComponents(LayerListBuilder layers, int count)
        {
            layers.Add(LayerKind.Linear, Projection, [Source], ["weight", "bias"]);
            layers.Add(
                LayerKind.L2NormaliseParts,
                "components",
                [Projection],
                [],
                numbers: new Dictionary<string, double> { ["parts"] = count });
        }

        static void AddGate(LayerListBuilder layers)
        {
            layers.Add(LayerKind.Linear, Wide, [Source], ["weight", "bias"]);
            layers.Add(LayerKind.Silu, "gate_silu", [Wide], []);
            layers.Add(LayerKind.Linear, Gate, ["gate_silu"], ["weight", "bias"]);
        }
    }

    private static LayerListBuilder Start(string name, string head, string embedding, int dim)
    {
        var layers = new LayerListBuilder($"{name}.{head}");
        layers.Add(
            LayerKind.Embedding, Source, [], [], embedding, new Dictionary<string, double> { ["dim"] = dim });
        return layers;
    }

    private static ImmutableSortedDictionary<string, string> Names(string name, params string[] roles)
        => roles.ToImmutableSortedDictionary(role => role, role => $"similarities/{name}/{role}", StringComparer.Ordinal);
}
