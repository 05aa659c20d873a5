using Linr.Layers;
using Linr.Training.Similarities;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// A learned similarity in Torch, with gradients: the other reading of what the engine scans by.
/// </summary>
internal sealed class TorchSimilarity : IDisposable
{
    private readonly SimilarityOptions _options;
    private readonly TorchTower _query;
    private readonly TorchTower[] _items;

    /// <summary>Draws the first weights.</summary>
    /// <param name="spec">The similarity.</param>
    /// <param name="options">Its widths.</param>
    /// <param name="seed">What weights are drawn from.</param>
    /// <param name="device">Where they live.</param>
    public TorchSimilarity(SimilaritySpec spec, SimilarityOptions options, long seed, Device device)
    {
        Spec = spec;
        _options = options;
        _query = new TorchTower(spec.Query, dropout: 0);
        _items = [.. spec.Items.Select(head => new TorchTower(head, dropout: 0))];
        Weights = new WeightSet(device);
        manual_seed(seed);
        using DisposeScope scope = NewDisposeScope();
        foreach (TowerSpec head in spec.Items.Prepend(spec.Query))
        {
            AddHead(head);
        }

        if (spec.Kind == SimilarityKind.HadamardMlp)
        {
            Add("inner", Even(options.Hidden, options.Width));
            Add("inner_bias", zeros(options.Hidden));
            Add("outer", Even(1, options.Hidden).view(-1));
            Add("outer_bias", zeros(1));
        }
        else
        {
            int pairs = options.QueryComponents * options.ItemComponents;
            Add("cross_inner", Even(options.GateHidden, pairs));
            Add("cross_inner_bias", zeros(options.GateHidden));
            Add("cross_outer", Even(pairs, options.GateHidden));
            Add("cross_outer_bias", zeros(pairs));
        }
    }

    /// <summary>How a model file lists it.</summary>
    public SimilaritySpec Spec { get; }

    /// <summary>All learned tensors.</summary>
    public WeightSet Weights { get; }

    /// <summary>The tensors, sharing memory with the weights, each collecting its gradient.</summary>
    public Dictionary<string, Tensor> Parameters(bool training)
        => Weights.All.ToDictionary(
            weight => weight.Name, weight => weight.Value.detach().requires_grad_(training));

    /// <summary>Halves of queries: [queries, width].</summary>
    public Tensor QueryHalves(Tensor embeddings, IReadOnlyDictionary<string, Tensor> parameters)
        => Run(_query, embeddings, parameters);

    /// <summary>Halves of items, a tensor each: [items, width].</summary>
    public Tensor[] ItemHalves(Tensor embeddings, IReadOnlyDictionary<string, Tensor> parameters)
        => [.. _items.Select(head => Run(head, embeddings, parameters))];

    /// <summary>Logits of all pairs, [queries, items], and what is added to the loss besides.</summary>
    /// <param name="query">Halves of queries.</param>
    /// <param name="items">Halves of items.</param>
    /// <param name="parameters">The tensors.</param>
    /// <param name="training">Whether gates are dropped and balanced.</param>
    public (Tensor Logits, Tensor? Extra) Logits(
        Tensor query, Tensor[] items, IReadOnlyDictionary<string, Tensor> parameters, bool training)
        => Spec.Kind == SimilarityKind.HadamardMlp
            ? (Hadamard(query, items[0], parameters), null)
            : Mixture(query, items[0], items[1], parameters, training);

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static Tensor Run(TorchTower head, Tensor embeddings, IReadOnlyDictionary<string, Tensor> parameters)
    {
        string source = head.Spec.Layers.First(layer => layer.Kind == LayerKind.Embedding).Name;
        return head.Forward(
            new Dictionary<string, Tensor> { [source] = embeddings }, layout: null, parameters, training: false);
    }

    // W1 (u * v) = (W1 diag(u)) v: the largest tensor has hidden, not width, floats a pair.
    private Tensor Hadamard(Tensor query, Tensor items, IReadOnlyDictionary<string, Tensor> parameters)
    {
        Tensor inner = parameters[Spec.Tensors["inner"]];
        Tensor columns = (query.unsqueeze(1) * inner.unsqueeze(0)).view(-1, inner.shape[1]);
        Tensor products = matmul(columns, items.t()).view(query.shape[0], inner.shape[0], items.shape[0]);
        Tensor hidden = nn.functional.relu(products.Plus(parameters[Spec.Tensors["inner_bias"]].view(1, -1, 1)));
        return (hidden * parameters[Spec.Tensors["outer"]].view(1, -1, 1)).sum(1)
            .Plus(parameters[Spec.Tensors["outer_bias"]]);
    }

    private (Tensor Logits, Tensor? Extra) Mixture(
        Tensor query, Tensor parts, Tensor itemGate, IReadOnlyDictionary<string, Tensor> parameters, bool training)
    {
        (int own, int other, int dim) = (_options.QueryComponents, _options.ItemComponents, _options.ComponentDim);
        (long queries, long items) = (query.shape[0], parts.shape[0]);
        Tensor components = query.narrow(1, 0, own * dim).reshape(queries * own, dim);
        Tensor queryGate = query.narrow(1, own * dim, own * other);
        Tensor logits = matmul(components, parts.reshape(items * other, dim).t()).view(queries, own, items, other)
            .permute(0, 2, 1, 3).reshape(queries, items, own * other).Times(1 / _options.Temperature);
        Tensor hidden = nn.functional.silu(nn.functional.linear(
            logits, parameters[Spec.Tensors["cross_inner"]], parameters[Spec.Tensors["cross_inner_bias"]]));
        Tensor cross = nn.functional.linear(
            hidden, parameters[Spec.Tensors["cross_outer"]], parameters[Spec.Tensors["cross_outer_bias"]]);
        Tensor gate = (queryGate.unsqueeze(1) * itemGate.unsqueeze(0)).Plus(cross).softmax(2);
        Tensor? extra = training && _options.BalanceWeight > 0 ? Balance(gate) : null;
        if (training && _options.GateDropout > 0)
        {
            gate = nn.functional.dropout(gate, _options.GateDropout, true);
            gate = gate / gate.sum(2, keepdim: true).AtLeast(1e-6);
        }

        return ((gate * logits).sum(2), extra);
    }

    // Minus the mutual information of pairs and components: the entropy of the mean less the mean entropy.
    private Tensor Balance(Tensor gate)
    {
        Tensor mean = gate.mean([0, 1]);
        return Entropy(gate).mean().Plus(Entropy(mean).Times(-1)).Times(_options.BalanceWeight);
    }

    private static Tensor Entropy(Tensor shares) => (shares * shares.AtLeast(1e-12).log()).sum(-1).Times(-1);

    // Heads of queries and items start alike, so that products of halves are near those of embeddings.
    private void AddHead(TowerSpec head)
    {
        var widths = new Dictionary<string, int>();
        foreach (LayerSpec layer in head.Layers)
        {
            int width = layer.Kind == LayerKind.Embedding
                ? (int)layer.Numbers["dim"]
                : layer.Inputs.Sum(input => widths[input]);
            if (layer.Kind == LayerKind.Linear)
            {
                int outWidth = SimilarityDesign.WidthOf(_options, head, layer);
                if (layer.Name == SimilarityDesign.Projection)
                {
                    manual_seed(_options.Seed + 77);
                }

                Weights.Add(layer.Tensors["weight"], Even(outWidth, width), isTable: false);
                Weights.Add(layer.Tensors["bias"], zeros(outWidth), isTable: false);
                width = outWidth;
            }

            widths[layer.Name] = width;
        }
    }

    private static Tensor Even(int outWidth, int width)
    {
        double bound = Math.Sqrt(6.0 / (width + outWidth));
        return rand(outWidth, width).TimesInPlace(2 * bound).PlusInPlace(-bound);
    }

    private void Add(string role, Tensor value) => Weights.Add(Spec.Tensors[role], value, isTable: false);
}
