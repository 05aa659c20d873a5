namespace Linr;

/// <summary>
/// How a search may use the codes of an embedding instead of its rows: LiNR's quantized search. It is never used unless
/// it is asked for, filters hold as ever, and the answer says what was done. The codes are in the schema:
/// <see cref="EmbeddingSchema.Codes"/>.
/// </summary>
public sealed record Approximation
{
    /// <summary>Candidates that are rescored, where neither share nor count is given: one item in a hundred.</summary>
    public const double UsualKeepShare = 0.01;

    /// <summary>
    /// Whether the best by their codes get their exact scores, from the rows, and are put in order by them. Otherwise
    /// the codes alone decide, and a hit's score is the cosine that they tell.
    /// </summary>
    public bool Rescores { get; init; } = true;

    /// <summary>
    /// Of the items that pass the filter, the share that is rescored, above 0 and at most 1; K items at least.
    /// </summary>
    public double? KeepShare { get; init; }

    /// <summary>How many items are rescored, K at least; give one of the two.</summary>
    public int? KeepCount { get; init; }

    /// <summary>
    /// Whether the query keeps eight bits a sum instead of one: better candidates for up to eight times the work.
    /// </summary>
    public bool IsAsymmetric { get; init; }
}
