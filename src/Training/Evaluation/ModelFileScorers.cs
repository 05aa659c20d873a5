using System.Collections.Immutable;
using System.Numerics.Tensors;
using Linr.Engine.Rankers;
using Linr.Engine.Similarities;
using Linr.Engine.Towers;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Data;
using Linr.Training.Evaluation.Comparison;
using Linr.Training.Rankers;
using Linr.Training.Similarities;

namespace Linr.Training.Evaluation;

/// <summary>
/// All of a model file that can be evaluated, by the engine's own arithmetic and without libtorch: its rankers, its
/// learned similarities, and the scores of the embeddings themselves. Each tower is loaded once, each embedding is read once,
/// and a query is embedded once for all of them. Not safe for concurrent use.
/// </summary>
public sealed class ModelFileScorers : IDisposable
{
    private readonly LoadedModel _model;
    private readonly InteractionDataset _data;
    private readonly Dictionary<string, HistoryEmbedder> _embedders = [];
    private readonly Dictionary<string, ComparedSystem> _systems = [];
    private readonly ImmutableArray<ModelSimilarity> _similarities;
    private readonly ImmutableArray<ModelRanker> _rankers = [];
    private readonly CustomQueryTower? _custom;

    private ModelFileScorers(
        string name,
        LoadedModel model,
        InteractionDataset data,
        int threads,
        Func<LoadedModel, CustomQueryTower?>? custom)
    {
        (Name, _model, _data) = (name, model, data);
        var layers = LayerList.Parse(model.LayersJson);
        ThrowIfTrainedOn(model, layers, data);
        HasItem = [.. data.Catalogue.Ids.Select(id => model.Items.IdMap.TryFind(id, out _))];
        if (!HasItem.Contains(true))
        {
            throw new ArgumentException(
                $"Expected a model with items of the data; {FileName(model)} has none of its "
                + $"{data.Catalogue.Count:N0}.");
        }

        _similarities = ModelSimilarity.LoadAll(model);
        try
        {
            _custom = custom?.Invoke(model);
            HasQueryTower = _custom is not null || layers.Towers.Any(tower => tower.Name == TowerSpec.QueryTower);
            Similarities = [.. _similarities.Select(one => OfSimilarity(one, layers, threads))];
            _rankers = ModelRanker.LoadAll(model, _similarities);
            Embeddings = [.. Queried(layers).Select(column => OfEmbedding(column, layers))];
            Rankers = [.. _rankers.Select(one => OfRanker(one, layers))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the model is called in tables.</summary>
    public string Name { get; }

    /// <summary>Whether the model has a query tower of any kind; else a query is the mean of its items.</summary>
    public bool HasQueryTower { get; }

    /// <summary>Whether the model has an item, by the data's rows; it embeds the others as zeros.</summary>
    public IReadOnlyList<bool> HasItem { get; }

    /// <summary>The rankers, in the model's order; what each ranks, its towers find.</summary>
    public IReadOnlyList<ComparedSystem> Rankers { get; } = [];

    /// <summary>The learned similarities, in the model's order.</summary>
    public IReadOnlyList<ComparedSystem> Similarities { get; } = [];

    /// <summary>The embeddings that queries have, by their own metric, in the schema's order.</summary>
    public IReadOnlyList<ComparedSystem> Embeddings { get; } = [];

    /// <summary>Opens all of a model, which must outlive it.</summary>
    /// <param name="name">What the model is called in tables.</param>
    /// <param name="model">The model.</param>
    /// <param name="data">The data that it will be evaluated on.</param>
    /// <param name="threads">Threads of a similarity's scan.</param>
    /// <param name="custom">
    /// As <see cref="Engine.RetrieverOptions.QueryTower"/>: makes what embeds queries in place of the query tower.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The model has other ids than the data, or none of its items, or no embedding; or it was trained on items that
    /// the data hold out.
    /// </exception>
    /// <exception cref="LayerException">A tower or similarity does not fit the model.</exception>
    public static ModelFileScorers Open(
        string name,
        LoadedModel model,
        InteractionDataset data,
        int threads,
        Func<LoadedModel, CustomQueryTower?>? custom = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        Schema schema = model.Items.Schema;
        string? problem = schema.IdKind != data.Catalogue.Schema.IdKind
            ? $"Expected data with ids of kind {schema.IdKind}, as the model's; found {data.Catalogue.Schema.IdKind}."
            : schema.Embeddings.IsEmpty ? $"Expected a model with an embedding; {FileName(model)} has none." : null;
        return problem is null
            ? new ModelFileScorers(name, model, data, threads, custom)
            : throw new ArgumentException(problem, nameof(data));
    }

    /// <summary>All systems as something to compare: embeddings, similarities, rankers.</summary>
    public ComparedModel ToCompared() => new(Name, [.. Embeddings, .. Similarities, .. Rankers]) { HasItem = HasItem };

    /// <summary>All systems under the names of one model's table: rankers, similarities, embeddings.</summary>
    public IEnumerable<IScorer> ToScorers() => Rankers.Concat(Similarities).Select(system => system.Scorer)
        .Concat(Embeddings.Select(system => new NamedScorer(
            Embeddings.Count == 1 ? Name : $"{Name}, {system.Name}", system.Scorer)));

    /// <summary>How good the tasks of the rankers are.</summary>
    /// <param name="options">Which users.</param>
    public IReadOnlyList<TaskResult> Tasks(EvaluationOptions options) =>
    [
        .. Rankers.Zip(_rankers).SelectMany(
            pair => TaskEvaluation.Run(_data, (RankerScorer)pair.First.Scorer, pair.Second.Spec, options)),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ComparedSystem system in Similarities)
        {
            (system.Scorer as IDisposable)?.Dispose();
        }

        foreach (ModelRanker ranker in _rankers)
        {
            ranker.Dispose();
        }

        foreach (ModelSimilarity similarity in _similarities)
        {
            similarity.Dispose();
        }

        foreach (HistoryEmbedder embedder in _embedders.Values)
        {
            embedder.Dispose();
        }

        _custom?.Dispose();
    }

    // Those with query towers; where there are none, all that are no half of a similarity.
    private IEnumerable<EmbeddingColumn> Queried(LayerList layers)
    {
        HashSet<string> halves =
            [.. _similarities.SelectMany(one => one.ItemEmbeddings), .. _rankers.Select(one => one.Spec.Item.Embedding)];
        return _model.Items.Embeddings.Where(column => HasQueryTower
            ? column.Schema.Name == _custom?.Embedding
                || layers.Find(TowerSpec.QueryTower, column.Schema.Name) is not null
            : !halves.Contains(column.Schema.Name));
    }

    private ComparedSystem OfSimilarity(ModelSimilarity similarity, LayerList layers, int threads)
    {
        HistoryEmbedder[] embedders = [.. similarity.QueryEmbeddings.Select(name => EmbedderOf(name, layers))];
        int historyLength = embedders.Max(embedder => embedder.HistoryLength);
        var scorer = new SimilarityScorer(
            similarity.Spec.Name,
            similarity.Similarity,
            [.. similarity.Spec.Items.Select(head => ItemRows.Read(_model.Items, head.Embedding, _data.Catalogue))],
            historyLength,
            (users, histories) =>
            {
                float[][] queries = Array.ConvertAll(
                    embedders,
                    embedder => embedder.Embed(users, Latest(histories, historyLength, embedder.HistoryLength)));
                return similarity.QueryHalves(users.Select((_, query) => queries.Zip(
                    embedders,
                    (all, embedder) => (ReadOnlyMemory<float>)all.AsMemory(query * embedder.Dim, embedder.Dim)).ToArray()));
            },
            threads);
        return new ComparedSystem(scorer, string.Join(", ", embedders.Select(embedder => embedder.Description)));
    }

    private ComparedSystem OfRanker(ModelRanker ranker, LayerList layers)
    {
        HistoryEmbedder embedder = EmbedderOf(ranker.Spec.QueryEmbedding!, layers);
        IScorer retrieval = OfEmbedding(_model.Items.FindEmbedding(ranker.Spec.QueryEmbedding!)!, layers).Scorer;
        return new ComparedSystem(
            RankerFileScorer.Create(ranker, embedder, _model, _data, retrieval),
            $"{embedder.Description}, {ranker.Spec.Candidates:N0} ranked");
    }

    // Histories have the latest first.
    private static int[] Latest(int[] histories, int length, int wanted)
        => length == wanted ? histories : [.. histories.Chunk(length).SelectMany(history => history.Take(wanted))];

    private ComparedSystem OfEmbedding(EmbeddingColumn column, LayerList layers)
    {
        if (_systems.TryGetValue(column.Schema.Name, out ComparedSystem? known))
        {
            return known;
        }

        HistoryEmbedder embedder = EmbedderOf(column.Schema.Name, layers);
        float[] rows = embedder.Items;
        if (column.Schema.Metric == Metric.Cosine)
        {
            rows = [.. rows];
            for (int row = 0; row < rows.Length; row += embedder.Dim)
            {
                Span<float> one = rows.AsSpan(row, embedder.Dim);
                float norm = TensorPrimitives.Norm<float>(one);
                TensorPrimitives.Divide(one, norm > 0 ? norm : 1, one);
            }
        }

        // The one embedding of a model with towers is "the towers", and pairs with those of another model.
        string name = HasQueryTower && Queried(layers).Count() == 1 ? "towers" : column.Schema.Name;
        return _systems[column.Schema.Name] = new ComparedSystem(
            new TwoTowerScorer(
                name, embedder.Dim, embedder.HistoryLength, rows, embedder.Embed, column.Schema.Metric),
            embedder.Description);
    }

    private HistoryEmbedder EmbedderOf(string embedding, LayerList layers)
    {
        if (!_embedders.TryGetValue(embedding, out HistoryEmbedder? embedder))
        {
            CustomQueryTower? custom = _custom?.Embedding == embedding ? _custom : null;
            TowerSpec? spec = custom is null ? layers.Find(TowerSpec.QueryTower, embedding) : null;
            embedder = new HistoryEmbedder(
                _data,
                ItemRows.Read(_model.Items, embedding, _data.Catalogue),
                _model.Items.FindEmbedding(embedding)!.Schema,
                HasItem,
                spec is null ? null : Tower.Load(_model, spec),
                custom);
            _embedders.Add(embedding, embedder);
        }

        return embedder;
    }

    // Items that were trained on have ids in the towers.
    private static void ThrowIfTrainedOn(LoadedModel model, LayerList layers, InteractionDataset data)
    {
        foreach (LayerSpec layer in layers.Towers.SelectMany(tower => tower.Layers))
        {
            if (layer.Kind != LayerKind.IdEmbedding)
            {
                continue;
            }

            string name = layer.Tensors["keys"];
            HashSet<long> keys =
                [.. model.Require<long>(name, TensorType.Int64, model.FindTensor(name)?.Count ?? 0).Span];
            foreach (ColdInteraction one in data.ColdInteractions)
            {
                ItemId id = data.Catalogue.Ids[one.Item];
                if (keys.Contains(id.Key))
                {
                    throw new ArgumentException(
                        "Expected a model trained with the same share of items held out and the same seed; "
                        + $"{FileName(model)} was trained on {id}.",
                        nameof(model));
                }
            }
        }
    }

    private static string FileName(LoadedModel model) => Path.GetFileName(model.Path);
}
