using System.Collections.Immutable;
using System.Numerics.Tensors;
using Linr.Index;
using Linr.Index.Embeddings;

namespace Linr.Engine.Requests;

/// <summary>Turns each way of giving a query into vectors.</summary>
internal sealed class QueryResolver(ItemTable table, IQueryEmbedder? tower)
{
    /// <summary>Resolves requests; their histories are embedded together.</summary>
    /// <exception cref="ArgumentException">None of a request's items is known.</exception>
    public ResolvedQuery[] Resolve(IReadOnlyList<SearchRequest> requests)
    {
        var resolved = new ResolvedQuery[requests.Count];
        var histories = new List<(int Request, ItemRows Found)>();
        for (int i = 0; i < resolved.Length; i++)
        {
            SearchRequest request = requests[i];
            if (request.Embeddings.Length > 0)
            {
                resolved[i] = new ResolvedQuery(Ordered(request.Embeddings), [], []);
            }
            else if (request.Items.Length > 0)
            {
                ItemRows found = ItemRows.Find(table, request.Items);
                resolved[i] = Of(MeanOf(found, request.Items), found);
            }
            else
            {
                histories.Add((i, ItemRows.Find(table, request.History)));
            }
        }

        if (histories.Count > 0)
        {
            IEnumerable<EmbeddingQuery> embedded = tower!.Embed(
                [.. histories.Select(history => (history.Found.Rows, requests[history.Request].Features))]);
            foreach (((int request, ItemRows found), EmbeddingQuery query) in histories.Zip(embedded))
            {
                resolved[request] = Of(query, found);
            }
        }

        return resolved;
    }

    private static ResolvedQuery Of(EmbeddingQuery query, ItemRows found)
        => new([query], [.. found.Rows.Distinct().Order()], found.UnknownIds);

    // The scan's sums follow the schema's order, so the order in which a caller lists vectors changes no bit.
    private ImmutableArray<EmbeddingQuery> Ordered(ImmutableArray<EmbeddingQuery> embeddings)
        => [.. table.Schema.Embeddings.SelectMany(schema => embeddings.Where(query => query.Name == schema.Name))];

    /// <summary>The mean embedding of items; under cosine each counts the same, whatever its norm.</summary>
    private EmbeddingQuery MeanOf(ItemRows items, ImmutableArray<ItemId> asked)
    {
        if (items.Rows.Length == 0)
        {
            string found = string.Join(", ", asked.Take(10).Select(id => $"\"{id}\""));
            throw new ArgumentException($"Items: expected ids of items in the model; found {found}.", nameof(asked));
        }

        EmbeddingColumn column = table.Embeddings[0];
        var sum = new float[column.Schema.Dim];
        var one = new float[column.Schema.Dim];
        foreach (uint row in items.Rows)
        {
            column.Read(row, one);
            float norm = column.NormOf(row);
            float weight = column.Schema.Metric != Metric.Cosine ? 1 : norm > 0 ? 1 / norm : 0;
            TensorPrimitives.MultiplyAdd(one, weight, sum, sum);
        }

        TensorPrimitives.Divide(sum, items.Rows.Length, sum);
        return new EmbeddingQuery(column.Schema.Name, sum);
    }
}
