using System.Collections.Immutable;

namespace Linr;

/// <summary>What some hits have besides an id and a score.</summary>
internal sealed record HitExtras(
    IReadOnlyDictionary<string, IReadOnlyList<Value>> Fields, IReadOnlyDictionary<string, float> Tasks)
{
    public static HitExtras None { get; } = new(
        ImmutableDictionary<string, IReadOnlyList<Value>>.Empty, ImmutableDictionary<string, float>.Empty);
}
