using System.Collections.Immutable;

namespace Linr;

/// <summary>
/// Has a ranker of the model put the best candidates of a search in the order of their values. The candidates are those
/// that the search would return as its best; threshold and filter are theirs, a cap on groups is of the ranked ones.
/// </summary>
/// <param name="Name">The ranker's name.</param>
/// <param name="Candidates">
/// How many of the best are ranked, K at least; null: as many as the ranker says, or K where that is more.
/// </param>
public sealed record RankBy(string Name, int? Candidates = null)
{
    /// <summary>
    /// Weights of tasks in the value, which is the sum of weight times score over all tasks; of tasks that are not
    /// named the ranker's own stay.
    /// </summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = ImmutableDictionary<string, double>.Empty;
}
