namespace Linr.Client;

/// <summary>Maximal marginal relevance: hits that are like those already taken come later.</summary>
/// <param name="Lambda">1 is relevance alone, 0 is diversity alone.</param>
/// <param name="Candidates">How many of the best to choose from, K at least; 0: 100, or K where that is more.</param>
public sealed record Diversity(float Lambda = 0.7f, int Candidates = 0);
