using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Training.Data;
using Linr.Training.Towers;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>The two towers with their weights, over the items and users of one data set.</summary>
internal sealed class TwoTowerModel : IDisposable
{
    private const int ChunkRows = 4_096;

    private readonly InteractionDataset _data;
    private readonly TorchTower _itemTower;
    private readonly TorchTower _queryTower;
    private readonly TowerSources _itemSources;
    private readonly TowerSources _querySources;

    /// <summary>Builds the towers, encodes all features, draws the first weights from the seed.</summary>
    /// <param name="data">Items and users.</param>
    /// <param name="options">Widths and seed.</param>
    /// <param name="device">Where the weights live.</param>
    /// <param name="old">A model whose standardisation of numbers is kept, or null.</param>
    public TwoTowerModel(InteractionDataset data, TrainingOptions options, Device device, LoadedModel? old)
    {
        _data = data;
        ItemCatalogue catalogue = data.Catalogue;
        HasId = Array.ConvertAll(data.TrainingCounts(), count => count > 0);
        var itemFields = catalogue.Items.Select(item => item.Fields);
        var queryFields = data.Users.Select(
            user => data.QueryFields?.Invoke(user) ?? new Dictionary<string, IReadOnlyList<Value>>());
        var itemSurvey = new FieldSurvey(catalogue.Schema.Fields, itemFields);
        var querySurvey = new FieldSurvey(data.QuerySchema, queryFields);
        TowerSpec item = TowerDesign.Item(options, catalogue.Schema.Fields, itemSurvey.Numbers);
        TowerSpec query = TowerDesign.Query(
            options, data.Order != InteractionOrder.None, data.QuerySchema, querySurvey.Numbers);
        if (old is not null)
        {
            item = WarmStart.WithOldNumbers(item, old);
            query = WarmStart.WithOldNumbers(query, old);
        }

        Layers = new LayerList([item, query]);
        Layers.Check();
        Vocabularies = item.Layers.Concat(query.Layers).Where(layer => layer.Kind == LayerKind.KeywordBag)
            .ToDictionary(
                layer => layer.Tensors["weight"],
                layer => (item.Layers.Contains(layer) ? itemSurvey : querySurvey).Vocabularies[layer.Field!]);
        Weights = WeightShapes.Create(Layers, Vocabularies, catalogue.Count, options, device);
        _itemTower = new TorchTower(item, options.Dropout);
        _queryTower = new TorchTower(query, options.Dropout);
        _itemSources = new TowerSources(item, Encode(item, itemFields), Weights);
        _querySources = new TowerSources(query, Encode(query, queryFields), Weights);
    }

    /// <summary>The towers' layers.</summary>
    public LayerList Layers { get; }

    /// <summary>Keywords by the name of the weight tensor whose rows they name.</summary>
    public IReadOnlyDictionary<string, Vocabulary> Vocabularies { get; }

    /// <summary>
    /// Which items have id embeddings, by row: those that are trained on. The others are embedded by their features
    /// alone, as an item that comes later will be.
    /// </summary>
    public bool[] HasId { get; }

    /// <summary>Whether items have features that a tower reads.</summary>
    public bool HasFeatures => Layers.Towers[0].Layers.Any(layer => layer.Field is not null);

    /// <summary>All learned tensors.</summary>
    public WeightSet Weights { get; }

    /// <summary>The tables that the last forward pass read.</summary>
    public IEnumerable<TouchedRows> Touched => _itemSources.Touched.Concat(_querySources.Touched);

    /// <summary>Starts to gather the items that are embedded together.</summary>
    public void BeginItems() => _itemSources.Begin();

    /// <summary>Adds an item: its features, and its id where it has one.</summary>
    public void AddItem(int row)
    {
        _itemSources.AddFeatures(row);
        _itemSources.AddId(TowerDesign.ItemId, HasId[row] ? row : HistoryRows.None);
    }

    /// <summary>Adds an item without its id.</summary>
    /// <param name="row">Its row.</param>
    /// <param name="keeps">Draws which of its features are kept; null for all.</param>
    public void AddContent(int row, Func<bool>? keeps = null)
    {
        _itemSources.AddFeatures(row, keeps);
        _itemSources.AddId(TowerDesign.ItemId, HistoryRows.None);
    }

    /// <summary>Embeddings of the items that were added: [items, dim].</summary>
    /// <param name="parameters">The tensors that are not tables.</param>
    /// <param name="training">Whether dropout is on.</param>
    public Tensor EmbedItems(IReadOnlyDictionary<string, Tensor> parameters, bool training)
        => _itemTower.Forward(_itemSources.ToTensors(), null, parameters, training);

    /// <summary>Embeddings of queries: [queries, dim].</summary>
    /// <param name="queries">Their users, whose query features are read, and histories.</param>
    /// <param name="history">Embeddings of the items that are there, one after the other: [items, dim].</param>
    /// <param name="parameters">The tensors that are not tables.</param>
    /// <param name="idDropout">Draws which ids are left out; null for none.</param>
    public Tensor EmbedQueries(
        QueryRows queries, Tensor history, IReadOnlyDictionary<string, Tensor> parameters, Func<bool>? idDropout)
    {
        _querySources.Begin();
        foreach (int row in queries.Histories)
        {
            if (row >= 0)
            {
                bool isLeftOut = !HasId[row] || idDropout?.Invoke() == true;
                _querySources.AddId(TowerDesign.HistoryId, isLeftOut ? HistoryRows.None : row);
            }
        }

        foreach (int user in queries.Users)
        {
            _querySources.AddFeatures(user);
        }

        Dictionary<string, Tensor> sources = _querySources.ToTensors();
        sources.Add(TowerDesign.History, history);
        var layout = new SequenceLayout(queries, Weights.Device);
        return _queryTower.Forward(sources, layout, parameters, idDropout is not null);
    }

    /// <summary>
    /// The tensors that are not tables, sharing memory with the weights, each collecting its gradient.
    /// </summary>
    public Dictionary<string, Tensor> Parameters(bool training)
        => Weights.All.Where(weight => !weight.IsTable)
            .ToDictionary(weight => weight.Name, weight => weight.Value.detach().requires_grad_(training));

    /// <summary>Embeddings of all items, without gradients: row r at r * dim.</summary>
    public float[] AllItemEmbeddings()
    {
        int dim = Layers.Towers[0].Dim;
        float[] all = new float[(long)_data.Catalogue.Count * dim];
        using IDisposable quiet = no_grad();
        for (int start = 0; start < _data.Catalogue.Count; start += ChunkRows)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(ChunkRows, _data.Catalogue.Count - start);
            BeginItems();
            for (int row = start; row < start + count; row++)
            {
                AddItem(row);
            }

            Tensor chunk = EmbedItems(Parameters(training: false), training: false).cpu();
            chunk.data<float>().CopyTo(all.AsSpan(start * dim));
        }

        return all;
    }

    /// <summary>Embeddings of queries, without gradients: query q at q * dim.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="items">As <see cref="AllItemEmbeddings"/> gave them.</param>
    public float[] QueryEmbeddings(QueryRows queries, ReadOnlySpan<float> items)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int dim = Layers.Towers[0].Dim;
        var history = new List<float>();
        foreach (int row in queries.Histories)
        {
            if (row >= 0)
            {
                history.AddRange(items.Slice(row * dim, dim));
            }
        }

        Tensor embedded = tensor(history.ToArray(), device: Weights.Device).view(-1, dim);
        return EmbedQueries(queries, embedded, Parameters(training: false), null).cpu().data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private FeatureTable Encode(TowerSpec tower, IEnumerable<IReadOnlyDictionary<string, IReadOnlyList<Value>>> fields)
    {
        var encoders = tower.Layers.Where(layer => layer.Field is not null).ToDictionary(
            layer => layer.Name,
            layer => SourceEncoder.Create(
                layer,
                layer.Tensors.TryGetValue("weight", out string? weight)
                    ? checked((int)Weights[weight].Value.shape[0]) : 0,
                weight is null ? null : Vocabularies.GetValueOrDefault(weight)));
        return new FeatureTable(tower, encoders, fields);
    }
}
