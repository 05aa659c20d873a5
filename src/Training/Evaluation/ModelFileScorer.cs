using Linr.Engine.Similarities;
using Linr.Engine.Towers;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Data;
using Linr.Training.Similarities;

namespace Linr.Training.Evaluation;

/// <summary>A model file as something to evaluate: the engine's own towers, no libtorch.</summary>
public static class ModelFileScorer
{
    private static readonly Dictionary<string, IReadOnlyList<Value>> s_noFields = [];

    /// <summary>A scorer over an open model, which must outlive it.</summary>
    /// <param name="name">Its name in the table.</param>
    /// <param name="model">The model; items of the data that it does not have are embedded as zeros.</param>
    /// <param name="data">The data that it will be evaluated on.</param>
    /// <exception cref="ArgumentException">
    /// The model has no query tower, or other ids than the data, or was trained on items that the data hold out.
    /// </exception>
    public static IScorer Create(string name, LoadedModel model, InteractionDataset data)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        if (model.Items.Schema.IdKind != data.Catalogue.Schema.IdKind)
        {
            throw new ArgumentException(
                $"Expected data with ids of kind {model.Items.Schema.IdKind}, as the model's; found {data.Catalogue.Schema.IdKind}.",
                nameof(data));
        }

        var layers = LayerList.Parse(model.LayersJson);
        ThrowIfTrainedOn(model, layers, data);
        TowerSpec spec = layers.Towers.FirstOrDefault(tower => tower.Name == TowerSpec.QueryTower)
            ?? throw new ArgumentException($"Expected a model with a query tower; {model.Path} has none.", nameof(model));
        var tower = Tower.Load(model, spec);
        float[] items = ItemEmbeddings(model.Items, spec, data.Catalogue);
        TowerBatch batch = tower.CreateBatch();
        return new TwoTowerScorer(
            name, spec.Dim, tower.HistoryLength, items, (users, histories) => Embed(tower, batch, data, items, users, histories, tower.HistoryLength));
    }

    /// <summary>Scorers of the model's learned similarities; the model must outlive them. Dispose them.</summary>
    /// <param name="model">The model; items of the data that it does not have are embedded as zeros.</param>
    /// <param name="data">The data that they will be evaluated on.</param>
    /// <param name="threads">Threads of a scan.</param>
    /// <inheritdoc cref="Create" path="/exception"/>
    public static IReadOnlyList<SimilarityScorer> CreateSimilarities(
        LoadedModel model, InteractionDataset data, int threads)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        var layers = LayerList.Parse(model.LayersJson);
        var scorers = new List<SimilarityScorer>();
        int historyLength = HistoryLength(layers);
        foreach (ModelSimilarity similarity in ModelSimilarity.LoadAll(model))
        {
            Func<int[], int[], float[]>[] embedders =
                [.. similarity.QueryEmbeddings.Select(name => Embedder(model, layers, name, data, historyLength))];
            int[] dims = [.. similarity.QueryEmbeddings.Select(name => model.Items.FindEmbedding(name)!.Schema.Dim)];
            scorers.Add(new SimilarityScorer(
                similarity.Spec.Name,
                similarity.Similarity,
                [.. similarity.Spec.Items.Select(head => ItemEmbeddings(model.Items, head, data.Catalogue))],
                historyLength,
                (users, histories) =>
                {
                    float[][] queries = Array.ConvertAll(embedders, embed => embed(users, histories));
                    return similarity.QueryHalves(users.Select((_, query) => queries.Zip(
                        dims, (all, dim) => (ReadOnlyMemory<float>)all.AsMemory(query * dim, dim)).ToArray()));
                },
                threads));
        }

        return scorers;
    }

    // The longest that a query tower reads.
    private static int HistoryLength(LayerList layers)
        => layers.Towers.SelectMany(tower => tower.Layers).Where(layer => layer.Kind == LayerKind.HistoryEmbedding)
            .Select(layer => (int)layer.Number("length", 0)).DefaultIfEmpty(1).Max();

    private static Func<int[], int[], float[]> Embedder(
        LoadedModel model, LayerList layers, string embedding, InteractionDataset data, int historyLength)
    {
        TowerSpec spec = layers.Find(TowerSpec.QueryTower, embedding)
            ?? throw new ArgumentException(
                $"Expected a query tower for \"{embedding}\"; {model.Path} has none.", nameof(model));
        var tower = Tower.Load(model, spec);
        TowerBatch batch = tower.CreateBatch();
        float[] items = ItemEmbeddings(model.Items, spec, data.Catalogue);
        return (users, histories) => Embed(tower, batch, data, items, users, histories, historyLength);
    }

    // Items that were trained on have ids in the towers.
    private static void ThrowIfTrainedOn(LoadedModel model, LayerList layers, InteractionDataset data)
    {
        foreach (LayerSpec layer in layers.Towers.SelectMany(tower => tower.Layers).Where(one => one.Kind == LayerKind.IdEmbedding))
        {
            string name = layer.Tensors["keys"];
            HashSet<long> keys =
                [.. model.Require<long>(name, TensorType.Int64, model.FindTensor(name)?.Count ?? 0).Span];
            foreach (ColdInteraction one in data.ColdInteractions)
            {
                ItemId id = data.Catalogue.Ids[one.Item];
                if (keys.Contains(id.Key))
                {
                    throw new ArgumentException(
                        $"Expected a model trained with the same share of items held out and the same seed; {model.Path} was trained on {id}.",
                        nameof(model));
                }
            }
        }
    }

    private static float[] ItemEmbeddings(ItemTable table, TowerSpec spec, ItemCatalogue catalogue)
    {
        EmbeddingColumn column = table.FindEmbedding(spec.Embedding)
            ?? throw new ArgumentException($"Expected an embedding \"{spec.Embedding}\" in the model; found none.", nameof(table));
        float[] items = new float[catalogue.Count * spec.Dim];
        for (int row = 0; row < catalogue.Count; row++)
        {
            if (table.IdMap.TryFind(catalogue.Ids[row], out uint found))
            {
                column.Read(found, items.AsSpan(row * spec.Dim, spec.Dim));
            }
        }

        return items;
    }

    private static float[] Embed(
        Tower tower,
        TowerBatch batch,
        InteractionDataset data,
        float[] items,
        ReadOnlySpan<int> users,
        ReadOnlySpan<int> histories,
        int historyLength)
    {
        int dim = tower.Spec.Dim;
        batch.Clear();
        for (int query = 0; query < users.Length; query++)
        {
            foreach (int row in histories.Slice(query * historyLength, historyLength))
            {
                if (row != HistoryRows.None)
                {
                    batch.AddHistoryItem(data.Catalogue.Ids[row].Key, items.AsSpan(row * dim, dim));
                }
            }

            batch.EndQuery(data.QueryFields?.Invoke(data.Users[users[query]]) ?? s_noFields);
        }

        float[] queries = new float[users.Length * dim];
        tower.Embed(batch, queries);
        return queries;
    }
}
