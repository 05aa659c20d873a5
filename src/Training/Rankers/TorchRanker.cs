using Linr.Engine.Towers;
using Linr.Layers;
using Linr.Rankers;
using Linr.Training.Data;
using Linr.Training.Torch;
using Linr.Training.Towers;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>A ranker in Torch, with gradients: the other reading of what the engine ranks by.</summary>
internal sealed class TorchRanker : IDisposable
{
    private const double MaskedWeight = -1e9;

    private readonly TorchTower _query;
    private readonly TorchTower _item;
    private readonly TorchTower _over;
    private readonly TowerSources _sources;
    private readonly bool[] _hasId;

    /// <summary>Draws the first weights: those by which candidates stay in the order of their scores.</summary>
    /// <param name="spec">The ranker.</param>
    /// <param name="options">Its widths.</param>
    /// <param name="model">The towers that it stands on.</param>
    /// <param name="survey">The items' fields.</param>
    public TorchRanker(RankerSpec spec, RankerOptions options, TrainedModel model, FieldSurvey survey)
    {
        Spec = spec;
        _hasId = model.Model.HasId;
        ItemCatalogue catalogue = model.Data.Catalogue;
        Vocabularies = spec.Item.Layers.Where(layer => layer.Kind == LayerKind.KeywordBag)
            .ToDictionary(layer => layer.Tensors["weight"], layer => survey.Vocabularies[layer.Field!]);
        _query = new TorchTower(spec.Query, options.Dropout);
        _item = new TorchTower(spec.Item, options.Dropout);
        _over = new TorchTower(spec.OverArch, options.Dropout);
        Weights = new RankerWeights(spec, options, Vocabularies, catalogue.Count)
            .Create(model.Model.Weights.Device, model.Run.Options.Temperature);
        TowerSpec read = spec.Item with
        {
            Layers = [.. spec.Item.Layers.Where(layer => layer.Field is not null && layer.Kind != LayerKind.Embedding)],
        };
        var encoders = read.Layers.ToDictionary(
            layer => layer.Name,
            layer => SourceEncoder.Create(
                layer,
                layer.Kind == LayerKind.KeywordBag ? (int)Weights[layer.Tensors["weight"]].Value.shape[0] : 0,
                layer.Kind == LayerKind.KeywordBag ? Vocabularies[layer.Tensors["weight"]] : null));
        _sources = new TowerSources(
            spec.Item, new FeatureTable(read, encoders, catalogue.Items.Select(item => item.Fields)), Weights);
    }

    /// <summary>How a model file lists it.</summary>
    public RankerSpec Spec { get; }

    /// <summary>All learned tensors.</summary>
    public WeightSet Weights { get; }

    /// <summary>Keywords by the name of the weight tensor whose rows they name.</summary>
    public IReadOnlyDictionary<string, Vocabulary> Vocabularies { get; }

    /// <summary>The tables that the last pass over items read.</summary>
    public IEnumerable<TouchedRows> Touched => _sources.Touched;

    /// <summary>The tensors that are not tables, sharing memory with the weights, each collecting its gradient.</summary>
    public Dictionary<string, Tensor> Parameters(bool training)
        => Weights.All.Where(weight => !weight.IsTable)
            .ToDictionary(weight => weight.Name, weight => weight.Value.detach().requires_grad_(training));

    /// <summary>
    /// Shifts clicks so that they begin near the share of what is taken: else the first steps learn nothing but that.
    /// </summary>
    /// <param name="score">The mean score of candidates.</param>
    /// <param name="temperature">What the towers divide scores by.</param>
    /// <param name="width">Candidates of which one is taken.</param>
    public void Centre(double score, double temperature, int width)
    {
        LayerSpec straight = Spec.Layers.First(layer => layer.Name == RankerDesign.Straight);
        using IDisposable quiet = no_grad();
        using Tensor click = Weights[straight.Tensors["bias"]].Value.narrow(0, 0, 1);
        click.zero_();
        click.PlusInPlace(-(score / temperature) - Math.Log(width));
    }

    /// <summary>Halves of items: [items, width].</summary>
    /// <param name="embeddings">Their embeddings, as the model file will hold them: [items, dim].</param>
    /// <param name="rows">Their rows.</param>
    /// <param name="parameters">The tensors that are not tables.</param>
    /// <param name="training">Whether dropout is on.</param>
    public Tensor ItemHalves(
        Tensor embeddings, IReadOnlyList<int> rows, IReadOnlyDictionary<string, Tensor> parameters, bool training)
    {
        _sources.Begin();
        foreach (int row in rows)
        {
            _sources.AddFeatures(row);
            _sources.AddId(TowerDesign.ItemId, _hasId[row] ? row : HistoryRows.None);
        }

        Dictionary<string, Tensor> sources = _sources.ToTensors();
        sources.Add(RankerDesign.Source, embeddings);
        return _item.Forward(sources, null, parameters, training);
    }

    /// <summary>What the over-arch gives, before sigmoids and scales: [queries, candidates, tasks].</summary>
    /// <param name="batch">Candidates and histories.</param>
    /// <param name="queries">Embeddings of the queries: [queries, dim].</param>
    /// <param name="items">Embeddings of the batch's items, as the model file will hold them: [items, dim].</param>
    /// <param name="similarity">Logits of the similarity: [queries, candidates]; null where it is not read.</param>
    /// <param name="parameters">The tensors that are not tables.</param>
    /// <param name="training">Whether dropout is on.</param>
    public Tensor Raw(
        RankBatch batch,
        Tensor queries,
        Tensor items,
        Tensor? similarity,
        IReadOnlyDictionary<string, Tensor> parameters,
        bool training)
    {
        Tensor halves = ItemHalves(items, batch.Rows, parameters, training);
        Tensor half = _query.Forward(
            new Dictionary<string, Tensor> { [RankerDesign.Source] = queries }, null, parameters, training);
        Tensor u = half.unsqueeze(1).expand(batch.QueryCount, batch.Width, half.shape[1]);
        Tensor v = Candidates(batch, halves);
        IEnumerable<Tensor> features = Spec.Features.Select(feature => feature switch
        {
            RankFeature.Query => u,
            RankFeature.Item => v,
            RankFeature.Product => u * v,
            RankFeature.Score => Scores(batch, queries, items).unsqueeze(2),
            RankFeature.Similarity => similarity!.unsqueeze(2),
            _ => History(batch, halves, v, parameters[Spec.Tensors[RankerSpec.Places]]),
        });
        Tensor cross = cat([.. features], 2).reshape((long)batch.QueryCount * batch.Width, Spec.CrossWidth);
        return _over.Forward(
            new Dictionary<string, Tensor> { [RankerDesign.Source] = cross }, null, parameters, training)
            .view(batch.QueryCount, batch.Width, Spec.Tasks.Length);
    }

    /// <summary>Cosines of queries and their candidates: [queries, candidates].</summary>
    public static Tensor Scores(RankBatch batch, Tensor queries, Tensor items)
    {
        Tensor directions = items / items.norm(1, keepdim: true, p: 2).AtLeast(Kernels.Layers.L2Normalise.LengthMin);
        return matmul(Candidates(batch, directions), queries.unsqueeze(2)).squeeze(2);
    }

    /// <summary>Rows of the candidates: [queries, candidates, width].</summary>
    private static Tensor Candidates(RankBatch batch, Tensor items)
        => items.index_select(0, tensor(batch.Candidates, device: items.device)).view(
            batch.QueryCount, batch.Width, items.shape[1]);

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static Tensor History(RankBatch batch, Tensor halves, Tensor v, Tensor places)
    {
        var layout = new SequenceLayout(QueryRows.Whole(new int[batch.QueryCount], batch.Histories), halves.device);
        Tensor past = layout.Pad(halves.index_select(0, tensor(batch.HistoryNumbers, device: halves.device)));
        Tensor weights = matmul(v, past.transpose(1, 2)).Times(1 / Math.Sqrt(halves.shape[1]))
            .Plus(places.narrow(0, 0, layout.Length).view(1, 1, -1));
        Tensor shares = weights.Masked(layout.Present.logical_not().unsqueeze(1), MaskedWeight).softmax(2);
        Tensor attended = matmul(shares, past) * v;
        return attended * layout.Present.any(1, keepdim: true).unsqueeze(2).to_type(attended.dtype);
    }
}
