namespace Linr.Client;

/// <summary>A query vector for one embedding.</summary>
/// <param name="Vector">As wide as the embedding's dim; finite.</param>
/// <param name="Name">The embedding's name; empty: the model's first.</param>
/// <param name="Weight">What its score is multiplied by before the scores of several embeddings are added.</param>
public sealed record EmbeddingQuery(ReadOnlyMemory<float> Vector, string Name = "", float Weight = 1);
