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
    private readonly SimilarityStart _start;
    private readonly TorchTower _query;
    private readonly TorchTower[] _items;

    /// <summary>Draws the first weights.</summary>
    /// <param name="spec">The similarity.</param>
    /// <param name="options">Its widths.</param>
    /// <param name="seed">What weights are drawn from.</param>
    /// <param name="centroids">The centroids to start from; null where it has none.</param>
    /// <param name="device">Where they live.</param>
    public TorchSimilarity(
        SimilaritySpec spec, SimilarityOptions options, long seed, float[]? centroids, Device device)
    {
        Spec = spec;
        _options = options;
        _start = new SimilarityStart(options, spec.QueryEmbeddings.Length);
        _query = new TorchTower(spec.Query, dropout: 0);
        _items = [.. spec.Items.Select(head => new TorchTower(head, dropout: 0))];
        Weights = new WeightSet(device);
        manual_seed(seed);
        using DisposeScope scope = NewDisposeScope();
        if (centroids is not null)
        {
            Weights.Add(
                SimilarityDesign.CentroidTensor(spec.Name), tensor(centroids).view(options.Centroids, -1), isTable: false);
        }

        foreach (TowerSpec head in spec.Items.Prepend(spec.Query))
        {
            AddHead(head);
        }

        if (spec.Kind == SimilarityKind.HadamardMlp)
        {
            // Each hidden unit starts as some mean of the products, and their sum as about a cosine.
            Add("inner", rand(options.Hidden, options.Width).TimesInPlace(2));
            Add("inner_bias", zeros(options.Hidden));
            Add("outer", full([options.Hidden], 1f / options.Hidden));
            Add("outer_bias", zeros(1));
        }
        else
        {
            int pairs = options.QueryComponentsInAll * options.ItemComponentsInAll;
            Add("cross_inner", SimilarityStart.Even(options.GateHidden, pairs));
            Add("cross_inner_bias", zeros(options.GateHidden));
            Add("cross_outer", SimilarityStart.Even(pairs, options.GateHidden).Times(0.1));
            Add("cross_outer_bias", tensor(_start.GateBias()));
        }
    }

    /// <summary>How a model file lists it.</summary>
    public SimilaritySpec Spec { get; }

    /// <summary>All learned tensors.</summary>
    public WeightSet Weights { get; }

    /// <summary>The tensors, sharing memory with the weights, each collecting its gradient.</summary>
    public Dictionary<string, Tensor> Parameters(bool training)
        => Weights.All.ToDictionary(
            weight => weight.Name, weight => weight.Value.detach().requires_grad_(training && Learns(weight)));

    /// <summary>Halves of queries, [queries, width], of their embeddings in the order of the sources.</summary>
    public Tensor QueryHalves(Tensor[] embeddings, IReadOnlyDictionary<string, Tensor> parameters)
        => Run(_query, embeddings, parameters);

    /// <summary>Halves of items, a tensor each, [items, width], likewise.</summary>
    public Tensor[] ItemHalves(Tensor[] embeddings, IReadOnlyDictionary<string, Tensor> parameters)
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

    private bool Learns(Weight weight)
        => _options.TrainsCentroids || weight.Name != SimilarityDesign.CentroidTensor(Spec.Name);

    private static Tensor Run(TorchTower head, Tensor[] embeddings, IReadOnlyDictionary<string, Tensor> parameters)
    {
        Dictionary<string, Tensor> sources = SimilaritySpec.SourcesOf(head.Spec)
            .Zip(embeddings, (source, embedding) => (source.Name, embedding))
            .ToDictionary(pair => pair.Name, pair => pair.embedding);
        return head.Forward(sources, layout: null, parameters, training: false);
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
        (int own, int other, int dim) = (
            _options.QueryComponentsInAll, _options.ItemComponentsInAll, _options.ComponentDim);
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
                Tensor weight = _start.Linear(head, layer, width);
                width = (int)weight.shape[0];
                Weights.Add(layer.Tensors["weight"], weight, isTable: false);
                Weights.Add(layer.Tensors["bias"], zeros(width), isTable: false);
            }

            widths[layer.Name] = width;
        }
    }

    private void Add(string role, Tensor value) => Weights.Add(Spec.Tensors[role], value, isTable: false);
}
