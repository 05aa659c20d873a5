using System.Numerics.Tensors;
using Linr.Engine.Towers;
using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>
/// Embeds histories by a query tower or, where there is none, as the mean of their items, and remembers each user's:
/// all systems of a model ask for the same.
/// </summary>
/// <param name="data">The data that users and items are of.</param>
/// <param name="items">The embedding of each item, [items, D].</param>
/// <param name="schema">The embedding.</param>
/// <param name="hasItem">Whether the model has an item.</param>
/// <param name="tower">The query tower, which it owns; or null.</param>
/// <param name="custom">What stands in its place; or null.</param>
internal sealed class HistoryEmbedder(
    InteractionDataset data,
    float[] items,
    EmbeddingSchema schema,
    IReadOnlyList<bool> hasItem,
    Tower? tower,
    CustomQueryTower? custom) : IDisposable
{
    /// <summary>Items of a history that a mean is of, the latest.</summary>
    public const int MeanLength = 50;

    private static readonly Dictionary<string, IReadOnlyList<Value>> s_noFields = [];

    private readonly TowerBatch? _batch = tower?.CreateBatch();
    private readonly Dictionary<int, (int[] History, float[] Query)> _known = [];

    /// <summary>The embedding of each item, [items, D].</summary>
    public float[] Items => items;

    /// <summary>Width of the embedding, D.</summary>
    public int Dim => schema.Dim;

    /// <summary>Items of a history that are read, the latest.</summary>
    public int HistoryLength => custom?.HistoryLength ?? tower?.HistoryLength ?? MeanLength;

    /// <summary>How a history is embedded, in words.</summary>
    public string Description => custom is not null ? $"custom query tower of {schema.Name}"
        : tower is not null
        ? $"query tower of {schema.Name}"
        : $"mean of the latest {MeanLength} items' {schema.Name}";

    /// <summary>Embeds users' histories, as <see cref="QueryEmbedder"/> says.</summary>
    public float[] Embed(ReadOnlySpan<int> users, ReadOnlySpan<int> histories)
    {
        var queries = new float[users.Length * Dim];
        var missing = new List<int>();
        for (int query = 0; query < users.Length; query++)
        {
            if (_known.TryGetValue(users[query], out (int[] History, float[] Query) known)
                && known.History.AsSpan().SequenceEqual(Of(histories, query)))
            {
                known.Query.CopyTo(queries, query * Dim);
            }
            else
            {
                missing.Add(query);
            }
        }

        if (missing.Count > 0)
        {
            float[] embedded = custom is not null ? ByCustom(custom, missing, users, histories)
                : tower is not null ? ByTower(missing, users, histories)
                : Means(missing, histories);
            for (int place = 0; place < missing.Count; place++)
            {
                float[] query = embedded[(place * Dim)..((place + 1) * Dim)];
                query.CopyTo(queries, missing[place] * Dim);
                _known[users[missing[place]]] = (Of(histories, missing[place]).ToArray(), query);
            }
        }

        return queries;
    }

    /// <inheritdoc/>
    public void Dispose() => tower?.Dispose();

    private ReadOnlySpan<int> Of(ReadOnlySpan<int> histories, int query)
        => histories.Slice(query * HistoryLength, HistoryLength);

    private ReadOnlySpan<float> Item(int row) => items.AsSpan(row * Dim, Dim);

    private float[] ByTower(List<int> queries, ReadOnlySpan<int> users, ReadOnlySpan<int> histories)
    {
        _batch!.Clear();
        foreach (int query in queries)
        {
            foreach (int row in Of(histories, query))
            {
                if (row != HistoryRows.None)
                {
                    _batch.AddHistoryItem(data.Catalogue.Ids[row].Key, Item(row));
                }
            }

            _batch.EndQuery(Features(users[query]));
        }

        float[] embedded = new float[queries.Count * Dim];
        tower!.Embed(_batch, embedded);
        return embedded;
    }

    private float[] ByCustom(
        CustomQueryTower outside, List<int> queries, ReadOnlySpan<int> users, ReadOnlySpan<int> histories)
    {
        var inputs = new QueryInput[queries.Count];
        for (int place = 0; place < inputs.Length; place++)
        {
            int[] known = Of(histories, queries[place]).ToArray();
            Array.Reverse(known);
            known = [.. known.Where(row => row != HistoryRows.None && hasItem[row])];
            float[] embeddings = new float[known.Length * Dim];
            for (int item = 0; item < known.Length; item++)
            {
                Item(known[item]).CopyTo(embeddings.AsSpan(item * Dim));
            }

            inputs[place] = new QueryInput(
                [.. known.Select(row => data.Catalogue.Ids[row])], embeddings, Features(users[queries[place]]));
        }

        float[] embedded = new float[queries.Count * Dim];
        outside.Embed(inputs, embedded);
        return embedded;
    }

    private IReadOnlyDictionary<string, IReadOnlyList<Value>> Features(int user)
        => data.QueryFields?.Invoke(data.Users[user]) ?? s_noFields;

    // As a request's Items: under cosine each counts the same, whatever its norm.
    private float[] Means(List<int> queries, ReadOnlySpan<int> histories)
    {
        float[] means = new float[queries.Count * Dim];
        for (int place = 0; place < queries.Count; place++)
        {
            Span<float> mean = means.AsSpan(place * Dim, Dim);
            int count = 0;
            foreach (int row in Of(histories, queries[place]))
            {
                if (row != HistoryRows.None && hasItem[row])
                {
                    float norm = schema.Metric == Metric.Cosine ? TensorPrimitives.Norm(Item(row)) : 1;
                    TensorPrimitives.MultiplyAdd(Item(row), norm > 0 ? 1 / norm : 0, mean, mean);
                    count++;
                }
            }

            TensorPrimitives.Divide(mean, Math.Max(count, 1), mean);
        }

        return means;
    }
}
