using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>Has a ranker of the model put the best candidates in the order of their values.</summary>
/// <param name="Name">The ranker's name.</param>
/// <param name="Candidates">How many of the best are ranked; null: as many as the ranker says.</param>
public sealed record RankBy(string Name, int? Candidates = null)
{
    /// <summary>Weights of tasks in the value; of tasks that are not named the ranker's own stay.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = ImmutableDictionary<string, double>.Empty;
}
