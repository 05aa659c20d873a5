using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>One item of an answer.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">Its score; its value, where a ranker ranked.</param>
public sealed record Hit(ItemId Id, float Score)
{
    /// <summary>The values of the fields that were asked for; a missing value is left out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<Value>>.Empty;

    /// <summary>What a ranker predicted, by task.</summary>
    public IReadOnlyDictionary<string, float> Tasks { get; init; } = ImmutableDictionary<string, float>.Empty;
}
