using System.Numerics.Tensors;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Data;
using Linr.Training.Towers;

namespace Linr.Training.Embeddings;

/// <summary>
/// An embedding of a model's items beside the one that its towers make: rows of norm 1 or 0. A query is the mean of the
/// rows of its history, of norm 1; where that is nothing, a row that stands for all users.
/// </summary>
public sealed class ItemEmbedding
{
    private readonly float[] _rows;
    private readonly float[] _otherwise;
    private readonly int _historyLength;

    /// <summary>Takes over <paramref name="rows"/> and normalises them.</summary>
    /// <param name="name">Its name in the schema.</param>
    /// <param name="dim">Its width.</param>
    /// <param name="rows">Row r of the catalogue at r * dim.</param>
    /// <param name="counts">How often each item was chosen: what the row for empty histories is the mean by.</param>
    /// <param name="historyLength">How many of the latest items a query is the mean of.</param>
    public ItemEmbedding(string name, int dim, float[] rows, IReadOnlyList<int> counts, int historyLength)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, counts.Count * dim);
        (Name, Dim, _rows, _historyLength) = (name, dim, rows, historyLength);
        _otherwise = new float[dim];
        for (int row = 0; row < counts.Count; row++)
        {
            Span<float> own = rows.AsSpan(row * dim, dim);
            Kernels.Layers.L2Normalise.Run(own, dim);
            TensorPrimitives.MultiplyAdd(own, counts[row], _otherwise, _otherwise);
        }

        Kernels.Layers.L2Normalise.Run(_otherwise, dim);
        Query = Tower();
    }

    /// <summary>Its name in the schema.</summary>
    public string Name { get; }

    /// <summary>Its width.</summary>
    public int Dim { get; }

    /// <summary>Row r of the catalogue at r * dim.</summary>
    public ReadOnlyMemory<float> Rows => _rows;

    /// <summary>The layers of its query tower.</summary>
    public TowerSpec Query { get; }

    /// <summary>Embeddings of queries, query q at q * dim.</summary>
    /// <param name="histories">
    /// Item rows, the latest first, history length a query, padded by <see cref="HistoryRows.None"/>.
    /// </param>
    public float[] EmbedQueries(ReadOnlySpan<int> histories)
    {
        float[] queries = new float[histories.Length / _historyLength * Dim];
        for (int place = 0; place < histories.Length; place++)
        {
            if (histories[place] >= 0)
            {
                Span<float> query = queries.AsSpan(place / _historyLength * Dim, Dim);
                TensorPrimitives.Add(query, _rows.AsSpan(histories[place] * Dim, Dim), query);
            }
        }

        for (int query = 0; query < queries.Length / Dim; query++)
        {
            Span<float> own = queries.AsSpan(query * Dim, Dim);
            if (!own.ContainsAnyExcept(0f))
            {
                _otherwise.CopyTo(own);
            }

            Kernels.Layers.L2Normalise.Run(own, Dim);
        }

        return queries;
    }

    /// <summary>The tensors of its query tower.</summary>
    internal IEnumerable<TensorSource> Tensors() =>
    [
        TensorSource.Of(Query.Layers[1].Tensors["query"], TensorType.Float32, [1, Dim], new float[Dim]),
        TensorSource.Of(Query.Layers[2].Tensors["weight"], TensorType.Float32, [Dim], _otherwise),
    ];

    // Attention to which all places are alike is the mean.
    private TowerSpec Tower()
    {
        var layers = new LayerListBuilder($"{TowerSpec.QueryTower}.{Name}");
        layers.Add(LayerKind.HistoryEmbedding, "history", [], [], numbers: new() { ["length"] = _historyLength });
        layers.Add(LayerKind.AttentionPool, "mean", ["history"], ["query"]);
        layers.Add(LayerKind.OrElse, "any", ["mean"], ["weight"]);
        layers.Add(LayerKind.L2Normalise, "embedding", ["any"], []);
        return new TowerSpec(TowerSpec.QueryTower, Name, Dim, layers.ToImmutable());
    }
}
