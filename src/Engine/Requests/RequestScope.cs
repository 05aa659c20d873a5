using System.Collections.Immutable;
using Linr.Engine.Rankers;
using Linr.Engine.Similarities;

namespace Linr.Engine.Requests;

/// <summary>What requests may name, and what makes queries of their histories.</summary>
/// <param name="Schema">What every item looks like.</param>
/// <param name="Towers">The query towers; null where there are none.</param>
/// <param name="Similarities">The model's learned similarities.</param>
/// <param name="Rankers">The model's rankers.</param>
/// <param name="Custom">Similarities in C#.</param>
internal sealed record RequestScope(
    Schema Schema,
    QueryTowers? Towers,
    ImmutableArray<ModelSimilarity> Similarities,
    ImmutableArray<ModelRanker> Rankers,
    CustomSimilarities Custom)
{
    /// <summary>The embeddings whose queries a request's search reads; none where it names what is not there.</summary>
    public ImmutableArray<string> ReadBy(SearchRequest request)
    {
        if (request.Similarity is { } name)
        {
            return Custom.Find(name) is { } custom
                ? [custom.QueryEmbedding]
                : Similarities.FirstOrDefault(one => one.Spec.Name == name)?.QueryEmbeddings ?? [];
        }

        return request.Embeddings.Length > 0
            ? [.. request.Embeddings.Select(query => query.Name)]
            : SearchedBy(request) is { } searched ? [searched.Name] : [];
    }

    /// <summary>The embedding that a request searches, the first of several; null where there is none.</summary>
    public EmbeddingSchema? SearchedBy(SearchRequest request)
    {
        string? name = request.Embeddings.Length > 0 ? request.Embeddings[0].Name
            : request.Items.Length == 0 && Towers is not null ? Towers.Embedding
            : Schema.Embeddings.FirstOrDefault()?.Name;
        return name is null ? null : Schema.FindEmbedding(name);
    }
}
