using System.Collections.Immutable;
using Linr.Engine.Towers;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Layers;

namespace Linr.Engine.Requests;

/// <summary>Embeds queries by a tower from outside, which it owns.</summary>
internal sealed class CustomQueries : IQueryEmbedder
{
    private readonly CustomQueryTower _tower;
    private readonly ItemTable _items;
    private readonly EmbeddingColumn _column;

    /// <summary>Queries over the items of a model.</summary>
    /// <exception cref="ArgumentException">The model has no such embedding of that width.</exception>
    public CustomQueries(CustomQueryTower tower, ItemTable items)
    {
        EmbeddingColumn? column = items.FindEmbedding(tower.Embedding);
        if (column is null || column.Schema.Dim != tower.Dim)
        {
            string found = column is null ? "none" : $"{column.Schema.Dim}";
            throw new ArgumentException(
                $"QueryTower: expected an embedding \"{tower.Embedding}\" of dim {tower.Dim} in the model; "
                + $"found {found}.",
                nameof(tower));
        }

        (_tower, _items, _column) = (tower, items, column);
    }

    /// <inheritdoc/>
    public string Embedding => _tower.Embedding;

    /// <inheritdoc/>
    public IEnumerable<string> FeatureNames => _tower.Features;

    /// <inheritdoc/>
    public IEnumerable<EmbeddingQuery> Embed(
        IReadOnlyList<(ImmutableArray<uint> History, IReadOnlyDictionary<string, IReadOnlyList<Value>> Features)>
            queries)
    {
        int dim = _tower.Dim;
        var embeddings = new float[queries.Count * dim];
        _tower.Embed([.. queries.Select(query => Input(query.History, query.Features))], embeddings);
        int wrong = Array.FindIndex(embeddings, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            throw new LayerException(
                $"QueryTower of \"{Embedding}\": expected finite numbers; found {embeddings[wrong]} at {wrong % dim}.");
        }

        return Enumerable.Range(0, queries.Count)
            .Select(query => new EmbeddingQuery(Embedding, embeddings.AsMemory(query * dim, dim)));
    }

    /// <inheritdoc/>
    public void Dispose() => _tower.Dispose();

    private QueryInput Input(ImmutableArray<uint> history, IReadOnlyDictionary<string, IReadOnlyList<Value>> features)
    {
        ImmutableArray<uint> latest = history[Math.Max(0, history.Length - _tower.HistoryLength)..];
        int dim = _tower.Dim;
        var embeddings = new float[latest.Length * dim];
        for (int place = 0; place < latest.Length; place++)
        {
            _column.Read(latest[place], embeddings.AsSpan(place * dim, dim));
        }

        return new QueryInput([.. latest.Select(_items.Ids.Read)], embeddings, features);
    }
}
