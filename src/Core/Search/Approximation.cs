namespace Linr;

/// <summary>
/// How a search may use the codes of an embedding, or the smaller copy of its rows, instead of its rows: LiNR's
/// quantized search. It is never used unless it is asked for, filters hold as ever, and the answer says what was done.
/// Codes and copy are in the schema: <see cref="EmbeddingSchema.Codes"/>, <see cref="EmbeddingSchema.Copy"/>.
/// </summary>
public sealed record Approximation
{
    /// <summary>Candidates that are rescored, where neither share nor count is given: one item in a hundred.</summary>
    public const double UsualKeepShare = 0.01;

    /// <summary>
    /// What is scored first: codes, or the copy of the rows. Null: codes where the embedding has some, else the copy.
    /// </summary>
    public ScoreSource? By { get; init; }

    /// <summary>
    /// Whether the best by their codes, or by their copies, get their exact scores, from the rows, and are put in order
    /// by them. Otherwise codes or copies alone decide, and a hit's score is the cosine that its code tells, or the
    /// score of its copy.
    /// </summary>
    public bool Rescores { get; init; } = true;

    /// <summary>What the best by their codes are rescored from: their rows, or their copies.</summary>
    public ScoreSource RescoresFrom { get; init; } = ScoreSource.Rows;

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
