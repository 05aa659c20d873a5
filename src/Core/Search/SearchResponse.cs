using System.Collections.Immutable;

namespace Linr;

/// <summary>The answer to a <see cref="SearchRequest"/>.</summary>
public sealed record SearchResponse
{
    /// <summary>
    /// The hits: score descending (value descending, where a ranker ranked), then key and id ascending; in the order
    /// taken under diversity.
    /// </summary>
    public required HitList Hits { get; init; }

    /// <summary>
    /// Whether the hits are the exact answer; where a ranker ranked, whether what it ranked were the very best of all
    /// items by their scores.
    /// </summary>
    public required bool Exact { get; init; }

    /// <summary>
    /// What the scores come from: <c>rows</c>, or what <see cref="SearchRequest.Approximation"/> led to, such as
    /// <c>sign-oporp(256) -> 640 of 63,436 rescored</c>; and a ranker, as in <c>rows -> 500 ranked by overarch</c>.
    /// </summary>
    public string Mode { get; init; } = "rows";

    /// <summary>
    /// The share of the exact answer's hits that are among the hits; null unless
    /// <see cref="SearchRequest.CheckExact"/> asked for it.
    /// </summary>
    public double? Recall { get; init; }

    /// <summary>Rows that the scan visited, all of the table's.</summary>
    public required long RowsScanned { get; init; }

    /// <summary>Rows that passed the filter.</summary>
    public required long RowsPassed { get; init; }

    /// <summary>
    /// Candidates that codes or copies of rows chose and that got their scores in a second step; null where every row
    /// got its score at once.
    /// </summary>
    public long? RowsRescored { get; init; }

    /// <summary>Candidates that a ranker ranked: no other item could be a hit. Null where none ranked.</summary>
    public long? RowsRanked { get; init; }

    /// <summary>The version of the model that answered.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Ids of the history or of the items that the model does not know; they were skipped.</summary>
    public ImmutableArray<ItemId> UnknownIds { get; init; } = [];

    /// <summary>What was done, in order, and the times that it took; also where no explanation is asked for.</summary>
    public ImmutableArray<StageTime> Stages { get; init; } = [];

    /// <summary>How the answer was found, when asked for.</summary>
    public Explanation? Explanation { get; init; }
}
