namespace Linr;

/// <summary>
/// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): takes hits one at a time from the best
/// <paramref name="Candidates"/>, each the one with the highest
/// <c>Lambda * relevance - (1 - Lambda) * similarity to the nearest hit already taken</c>. Relevance is the score
/// scaled to 0..1 over the candidates; similarity is the cosine of the item embeddings.
/// </summary>
/// <param name="Lambda">1 is relevance alone, 0 is diversity alone.</param>
/// <param name="Candidates">How many of the best to choose from; at least K.</param>
public sealed record Diversity(float Lambda = 0.7f, int Candidates = 100);
