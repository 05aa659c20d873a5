using System.Collections.Immutable;
using System.Numerics.Tensors;
using Linr.Engine.Similarities;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Index.Live;

namespace Linr.Engine.Requests;

/// <summary>Turns each way of giving a query into vectors, one for each embedding that its search reads.</summary>
internal sealed class QueryResolver(
    ItemTable table, QueryTowers? towers, ImmutableArray<ModelSimilarity> similarities)
{
    /// <summary>Resolves requests; their histories are embedded together.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="view">What a live table is; null for one that never changes.</param>
    /// <exception cref="ArgumentException">None of a request's items is known.</exception>
    public ResolvedQuery[] Resolve(IReadOnlyList<SearchRequest> requests, TableView? view)
    {
        var resolved = new ResolvedQuery[requests.Count];
        var histories = new List<(int Request, ItemRows Found)>();
        for (int i = 0; i < resolved.Length; i++)
        {
            SearchRequest request = requests[i];
            if (request.Embeddings.Length > 0)
            {
                resolved[i] = Of(request, Ordered(request.Embeddings), ItemRows.None);
            }
            else if (request.Items.Length > 0)
            {
                ItemRows found = ItemRows.Find(table, view, request.Items);
                resolved[i] = Of(
                    request,
                    [.. Names(request, table.Embeddings[0].Schema.Name).Select(name => MeanOf(name, found, request.Items))],
                    found);
            }
            else
            {
                histories.Add((i, ItemRows.Find(table, view, request.History)));
            }
        }

        Embed(requests, histories, resolved);
        return resolved;
    }

    /// <summary>The rows that a resolved query came from, as another view of a live table has them.</summary>
    public ResolvedQuery Refresh(SearchRequest request, ResolvedQuery query, TableView view)
    {
        ItemRows found = ItemRows.Find(table, view, request);
        return query with { Seen = [.. found.Rows.Distinct().Order()] };
    }

    /// <summary>Runs each tower once, for all requests that need it.</summary>
    private void Embed(
        IReadOnlyList<SearchRequest> requests, List<(int Request, ItemRows Found)> histories, ResolvedQuery[] resolved)
    {
        var embedded = histories.ToDictionary(history => history.Request, _ => new List<EmbeddingQuery>());
        foreach (IGrouping<string, (int Request, ItemRows Found)> needing in histories
            .SelectMany(history => Names(requests[history.Request], towers!.Embedding).Select(name => (name, history)))
            .GroupBy(pair => pair.name, pair => pair.history))
        {
            (int Request, ItemRows Found)[] own = [.. needing];
            EmbeddingQuery[] queries =
            [
                .. towers!.Find(needing.Key)!.Embed(
                    [.. own.Select(history => (history.Found.Rows, requests[history.Request].Features))]),
            ];
            for (int query = 0; query < own.Length; query++)
            {
                embedded[own[query].Request].Add(queries[query]);
            }
        }

        foreach ((int request, ItemRows found) in histories)
        {
            resolved[request] = Of(requests[request], [.. embedded[request]], found);
        }
    }

    /// <summary>The embeddings that a request's search reads.</summary>
    private ImmutableArray<string> Names(SearchRequest request, string otherwise)
        => SimilarityOf(request)?.QueryEmbeddings ?? [otherwise];

    // None where it is one from outside, which reads one embedding.
    private ModelSimilarity? SimilarityOf(SearchRequest request)
        => request.Similarity is { } name ? similarities.FirstOrDefault(one => one.Spec.Name == name) : null;

    private ResolvedQuery Of(SearchRequest request, ImmutableArray<EmbeddingQuery> queries, ItemRows found)
    {
        ImmutableArray<uint> seen = [.. found.Rows.Distinct().Order()];
        if (SimilarityOf(request) is not { } similarity)
        {
            return new ResolvedQuery(queries, seen, found.UnknownIds);
        }

        ImmutableArray<EmbeddingQuery> read =
            [.. similarity.QueryEmbeddings.Select(name => queries.First(query => query.Name == name))];
        return new ResolvedQuery([read[0]], seen, found.UnknownIds) { SimilarityQueries = read };
    }

    // The scan's sums follow the schema's order, so the order in which a caller lists vectors changes no bit.
    private ImmutableArray<EmbeddingQuery> Ordered(ImmutableArray<EmbeddingQuery> embeddings)
        => [.. table.Schema.Embeddings.SelectMany(schema => embeddings.Where(query => query.Name == schema.Name))];

    /// <summary>The mean embedding of items; under cosine each counts the same, whatever its norm.</summary>
    private EmbeddingQuery MeanOf(string name, ItemRows items, ImmutableArray<ItemId> asked)
    {
        if (items.Rows.Length == 0)
        {
            string found = string.Join(", ", asked.Take(10).Select(id => $"\"{id}\""));
            throw new ArgumentException($"Items: expected ids of items in the model; found {found}.", nameof(asked));
        }

        EmbeddingColumn column = table.FindEmbedding(name)!;
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
