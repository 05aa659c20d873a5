using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>
/// What a search asks for. The query is given in one of three ways: <see cref="Embeddings"/>, <see cref="History"/>
/// with <see cref="Features"/> (through the model's query tower), or <see cref="Items"/> ("more like these").
/// </summary>
public sealed record SearchRequest
{
    /// <summary>A model or an alias; with <c>@VERSION</c> that version of it.</summary>
    public required string Model { get; init; }

    /// <summary>Query vectors; several are scored as a weighted sum.</summary>
    public ImmutableArray<EmbeddingQuery> Embeddings { get; init; } = [];

    /// <summary>The items that the user came by, oldest first; unknown ids are skipped and reported.</summary>
    public ImmutableArray<ItemId> History { get; init; } = [];

    /// <summary>Inputs of the query tower by name, besides the history.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Features { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<Value>>.Empty;

    /// <summary>Items whose mean embedding is the query.</summary>
    public ImmutableArray<ItemId> Items { get; init; } = [];

    /// <summary>Which items may be hits; null: all.</summary>
    public Filter? Filter { get; init; }

    /// <summary>How many hits at most, 1 or more; beyond the items that pass, all of them are returned.</summary>
    public int K { get; init; } = 10;

    /// <summary>Hits below this score are left out.</summary>
    public float? ScoreMin { get; init; }

    /// <summary>A cap on the hits a group.</summary>
    public GroupBy? GroupBy { get; init; }

    /// <summary>Diversity of the hits.</summary>
    public Diversity? Diversity { get; init; }

    /// <summary>A learned similarity of the model in place of the embedding's metric; null: the metric.</summary>
    public string? Similarity { get; init; }

    /// <summary>
    /// Candidates that the metric chooses for the <see cref="Similarity"/>: faster, and not exact. Null: every item.
    /// </summary>
    public int? FirstStage { get; init; }

    /// <summary>A ranker of the model, which puts the best candidates in the order of their values.</summary>
    public RankBy? RankBy { get; init; }

    /// <summary>Whether codes or copies may stand for rows, and how; null: the exact answer.</summary>
    public Approximation? Approximation { get; init; }

    /// <summary>
    /// Whether the exact answer is found too, and <see cref="SearchResponse.Recall"/> says how much of it an
    /// approximate one has.
    /// </summary>
    public bool CheckExact { get; init; }

    /// <summary>Whether items of <see cref="History"/> and <see cref="Items"/> may be hits themselves.</summary>
    public bool IncludeSeen { get; init; }

    /// <summary>The fields wanted with each hit.</summary>
    public ImmutableArray<string> Fields { get; init; } = [];

    /// <summary>
    /// The token of a state, of a write or of an answer: what answers has it, or a later one. Null: any state.
    /// </summary>
    public string? After { get; init; }

    /// <summary>
    /// Whether the answer is of a state that has the last write of this client to the model, unless <see cref="After"/>
    /// says which; null: as <see cref="LinrClientOptions.ReadYourWrites"/> says.
    /// </summary>
    public bool? ReadYourWrites { get; init; }

    /// <summary>What decides whether a canary version answers: the user, say. Null: chance does.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>
    /// How long the search may take, on the way and in the service's queue; null: as
    /// <see cref="LinrClientOptions.Timeout"/> says.
    /// </summary>
    public TimeSpan? Timeout { get; init; }
}
