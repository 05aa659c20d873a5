using System.Collections.Immutable;

namespace Linr;

/// <summary>One item of an answer.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">
/// Its score: of the query and the item alone, whatever the batch, the filter or the machine. Its value, where a
/// ranker ranked.
/// </param>
public sealed record Hit(ItemId Id, float Score)
{
    /// <summary>The values of the fields that the request wanted; a missing value is left out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<Value>>.Empty;

    /// <summary>What the ranker predicted, by task; empty where none ranked.</summary>
    public IReadOnlyDictionary<string, float> Tasks { get; init; } = ImmutableDictionary<string, float>.Empty;
}
