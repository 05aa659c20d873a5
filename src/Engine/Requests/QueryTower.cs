using System.Collections.Concurrent;
using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Engine.Towers;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Index.ModelFiles;
using Linr.Layers;

namespace Linr.Engine.Requests;

/// <summary>Embeds histories and query features by a query tower of the model. Safe for concurrent use.</summary>
internal sealed class QueryTower : IQueryEmbedder
{
    private readonly Tower _tower;
    private readonly EmbeddingColumn _items;
    private readonly IdColumn _ids;
    private readonly ConcurrentBag<TowerBatch> _batches = [];

    private QueryTower(Tower tower, EmbeddingColumn items, IdColumn ids)
    {
        _tower = tower;
        _items = items;
        _ids = ids;
    }

    /// <summary>The features that the tower reads, besides the history.</summary>
    public IEnumerable<string> FeatureNames => _tower.Spec.Layers.Where(layer => layer.Kind != LayerKind.Embedding)
        .Select(layer => layer.Field).OfType<string>();

    /// <summary>The embedding that it gives queries for.</summary>
    public string Embedding => _tower.Spec.Embedding;

    /// <summary>Bytes of device memory that the weights take on a device, whether they are there or not.</summary>
    public long DeviceBytes => _tower.CanUseDevice ? _tower.DeviceBytes : 0;

    /// <summary>A query tower of a model.</summary>
    /// <exception cref="LayerException">A layer is unknown, or does not fit the model's embeddings.</exception>
    public static QueryTower Load(LoadedModel model, TowerSpec spec)
    {
        EmbeddingColumn? items = model.Items.FindEmbedding(spec.Embedding);
        if (items is null || items.Schema.Dim != spec.Dim)
        {
            string found = items is null ? "none" : $"{items.Schema.Dim}";
            throw new LayerException(
                $"Tower {spec.Name}: expected an embedding \"{spec.Embedding}\" of dim {spec.Dim}; found {found}.");
        }

        return new QueryTower(Tower.Load(model, spec), items, model.Items.Ids);
    }

    /// <summary>From now on a device runs the layers, if it can; call it before the first query.</summary>
    /// <inheritdoc cref="Tower.UseDevice" path="/exception"/>
    public void UseDevice(CudaContext context)
    {
        if (_tower.CanUseDevice)
        {
            _tower.UseDevice(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tower.Dispose();

    /// <summary>Query embeddings of histories, oldest item first, and query features, all at once.</summary>
    /// <exception cref="ArgumentException">A feature is of a type that the tower cannot read.</exception>
    /// <exception cref="CudaException">The device failed.</exception>
    public IEnumerable<EmbeddingQuery> Embed(
        IReadOnlyList<(ImmutableArray<uint> History, IReadOnlyDictionary<string, IReadOnlyList<Value>> Features)> queries)
    {
        if (!_batches.TryTake(out TowerBatch? batch))
        {
            batch = _tower.CreateBatch();
        }

        batch.Clear();
        int dim = _tower.Spec.Dim;
        var item = new float[dim];
        foreach ((ImmutableArray<uint> history, IReadOnlyDictionary<string, IReadOnlyList<Value>> features) in queries)
        {
            int first = Math.Max(0, history.Length - _tower.HistoryLength);
            for (int place = history.Length - 1; place >= first; place--)
            {
                _items.Read(history[place], item);
                batch.AddHistoryItem(_ids.Key(history[place]), item);
            }

            batch.EndQuery(features);
        }

        var embeddings = new float[batch.Count * dim];
        _tower.Embed(batch, embeddings);
        _batches.Add(batch);
        return
        [
            .. Enumerable.Range(0, queries.Count)
                .Select(query => new EmbeddingQuery(_tower.Spec.Embedding, embeddings.AsMemory(query * dim, dim))),
        ];
    }
}
