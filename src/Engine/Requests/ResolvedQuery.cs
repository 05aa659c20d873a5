using System.Collections.Immutable;

namespace Linr.Engine.Requests;

/// <summary>A request's query as vectors, and the rows that it came from.</summary>
/// <param name="Embeddings">
/// The query vectors that a scan of rows scores by, in the schema's order; one where a similarity scores, for its first
/// stage.
/// </param>
/// <param name="Seen">Rows of the history and items, each once, ascending.</param>
/// <param name="UnknownIds">Ids of the history and items that the model does not have.</param>
internal sealed record ResolvedQuery(
    ImmutableArray<EmbeddingQuery> Embeddings, ImmutableArray<uint> Seen, ImmutableArray<ItemId> UnknownIds)
{
    /// <summary>The query vectors that the request's similarity reads, in its order; empty without one.</summary>
    public ImmutableArray<EmbeddingQuery> SimilarityQueries { get; init; } = [];
}
