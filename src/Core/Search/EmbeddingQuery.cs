namespace Linr;

/// <summary>A query vector for one named embedding.</summary>
/// <param name="Name">The embedding's name.</param>
/// <param name="Vector">As wide as the embedding's dim; finite.</param>
/// <param name="Weight">What its score is multiplied by before the scores of several embeddings are added.</param>
public sealed record EmbeddingQuery(string Name, ReadOnlyMemory<float> Vector, float Weight = 1);
