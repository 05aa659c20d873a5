using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>The answer to a <see cref="SearchRequest"/>.</summary>
public sealed record SearchResponse
{
    /// <summary>The hits: score descending, then key and id ascending; in the order taken under diversity.</summary>
    public required ImmutableArray<Hit> Hits { get; init; }

    /// <summary>Whether they are the exact answer.</summary>
    public required bool Exact { get; init; }

    /// <summary>What the scores come from: <c>rows</c>, or codes and how many were rescored.</summary>
    public required string Mode { get; init; }

    /// <summary>The share of the exact answer's hits that are among the hits, where it was asked for.</summary>
    public double? Recall { get; init; }

    /// <summary>Rows that the scan visited.</summary>
    public required long RowsScanned { get; init; }

    /// <summary>Rows that passed the filter.</summary>
    public required long RowsPassed { get; init; }

    /// <summary>
    /// Candidates that got their scores in a second step; null where every row got its score at once.
    /// </summary>
    public long? RowsRescored { get; init; }

    /// <summary>Candidates that a ranker ranked; null where none did.</summary>
    public long? RowsRanked { get; init; }

    /// <summary>The model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>Its version that answered.</summary>
    public required string Version { get; init; }

    /// <summary>The token of the state that was searched.</summary>
    public required string State { get; init; }

    /// <summary>Ids of the history, or of items, that the model does not know.</summary>
    public ImmutableArray<ItemId> UnknownIds { get; init; } = [];

    /// <summary>What was done, in order.</summary>
    public ImmutableArray<Stage> Stages { get; init; } = [];

    /// <summary>The engine and its instruction set; of an explained search, else empty.</summary>
    public string Engine { get; init; } = string.Empty;

    /// <summary>The filter as it was understood; of an explained search, else empty.</summary>
    public string Filter { get; init; } = string.Empty;
}
