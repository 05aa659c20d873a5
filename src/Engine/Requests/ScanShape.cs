namespace Linr.Engine.Requests;

/// <summary>What requests must have in common to share one scan.</summary>
/// <param name="Embeddings">The names of the embeddings that are scored, joined in the schema's order.</param>
/// <param name="GroupBy">The cap on hits a group, or null; a ranker's candidates are capped once they are ranked.</param>
/// <param name="Approximation">How codes are used, or null.</param>
/// <param name="Similarity">The learned similarity, or null.</param>
/// <param name="FirstStage">How many candidates it gets, or null.</param>
internal readonly record struct ScanShape(
    string Embeddings,
    GroupBy? GroupBy,
    Approximation? Approximation,
    string? Similarity = null,
    int? FirstStage = null)
{
    private const char Separator = '\n';

    public static ScanShape Of(SearchRequest request, ResolvedQuery query)
        => new(
            Join(query.Embeddings.Select(embedding => embedding.Name)),
            request.RankBy is null ? request.GroupBy : null,
            request.Approximation,
            request.Similarity,
            request.FirstStage);

    /// <summary>The names of embeddings as a shape has them.</summary>
    public static string Join(IEnumerable<string> embeddings) => string.Join(Separator, embeddings);

    /// <summary>The names of the embeddings.</summary>
    public string[] EmbeddingNames => Embeddings.Split(Separator);
}
