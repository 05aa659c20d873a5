using System.Collections.Immutable;
using Linr.Filters;

namespace Linr;

/// <summary>
/// What the caller asks for. The query is given in one of three ways: <see cref="Embeddings"/>,
/// <see cref="History"/> with <see cref="Features"/> (through the model's query tower), or <see cref="Items"/>
/// ("more like these").
/// </summary>
public sealed record SearchRequest
{
    /// <summary>Query vectors; several are scored as a weighted sum.</summary>
    public ImmutableArray<EmbeddingQuery> Embeddings { get; init; } = [];

    /// <summary>The items that the user came by, oldest first; unknown ids are skipped and counted.</summary>
    public ImmutableArray<ItemId> History { get; init; } = [];

    /// <summary>Inputs of the query tower by name, besides the history.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Features { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<Value>>.Empty;

    /// <summary>Items whose mean embedding is the query.</summary>
    public ImmutableArray<ItemId> Items { get; init; } = [];

    /// <summary>Which items may be returned; null is every item.</summary>
    public Filter? Filter { get; init; }

    /// <summary>The same, checked against the schema already; give one of the two.</summary>
    public PreparedFilter? PreparedFilter { get; init; }

    /// <summary>Values of the filter's parameters.</summary>
    public FilterParameters? Parameters { get; init; }

    /// <summary>How many hits at most, 1 or more; beyond the passing items all of them are returned.</summary>
    public int K { get; init; } = 10;

    /// <summary>Hits below this score are left out.</summary>
    public float? ScoreMin { get; init; }

    /// <summary>A cap on the hits a group.</summary>
    public GroupBy? GroupBy { get; init; }

    /// <summary>
    /// A learned similarity of the model, by name, or one in C# that the retriever was given, that gives the scores
    /// instead of the embedding's metric; every item that passes is looked at. Null: the metric.
    /// </summary>
    public string? Similarity { get; init; }

    /// <summary>
    /// Candidates that the embedding's own metric chooses for the <see cref="Similarity"/>, K at least: faster, and not
    /// exact. Null: every item is one.
    /// </summary>
    public int? FirstStage { get; init; }

    /// <summary>Whether codes may stand for rows, and how; null is the exact answer.</summary>
    public Approximation? Approximation { get; init; }

    /// <summary>
    /// Whether the exact answer is found too, at its full cost, and <see cref="SearchResponse.Recall"/> says how much
    /// of it an approximate one has.
    /// </summary>
    public bool CheckExact { get; init; }

    /// <summary>Diversity of the hits.</summary>
    public Diversity? Diversity { get; init; }

    /// <summary>
    /// Whether the items of <see cref="History"/> and <see cref="Items"/> may be returned themselves.
    /// </summary>
    public bool IncludeSeen { get; init; }

    /// <summary>The fields wanted with each hit; attributes, features and stored fields alike.</summary>
    public ImmutableArray<string> Fields { get; init; } = [];

    /// <summary>Whether the answer says how it was found.</summary>
    public bool Explain { get; init; }
}
