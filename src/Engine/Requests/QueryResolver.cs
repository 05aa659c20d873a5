using System.Collections.Immutable;
using System.Numerics.Tensors;
using Linr.Index;
using Linr.Index.Embeddings;

namespace Linr.Engine.Requests;

/// <summary>Turns each way of giving a query into vectors.</summary>
internal sealed class QueryResolver(ItemTable table, QueryTower? tower)
{
    /// <exception cref="ArgumentException">None of the request's items is known.</exception>
    public ResolvedQuery Resolve(SearchRequest request)
    {
        if (request.Embeddings.Length > 0)
        {
            // The scan's sums follow the schema's order, so the order in which a caller lists vectors changes no bit.
            IEnumerable<EmbeddingQuery> ordered = table.Schema.Embeddings
                .SelectMany(schema => request.Embeddings.Where(query => query.Name == schema.Name));
            return new ResolvedQuery([.. ordered], [], []);
        }

        ImmutableArray<ItemId> ids = request.Items.Length > 0 ? request.Items : request.History;
        ItemRows found = ItemRows.Find(table, ids);
        EmbeddingQuery query = request.Items.Length > 0
            ? MeanOf(found, request.Items)
            : tower!.Embed(found.Rows, request.Features);
        return new ResolvedQuery([query], [.. found.Rows.Distinct().Order()], found.UnknownIds);
    }

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
