using System.Collections.Immutable;

namespace Linr.Server.Models;

/// <summary>What a server's data folder says of its models; one file, replaced in one step.</summary>
internal sealed record CatalogueState
{
    /// <summary>The form of the file.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The models by name.</summary>
    public ImmutableSortedDictionary<string, RolloutState> Models { get; init; }
        = ImmutableSortedDictionary<string, RolloutState>.Empty;

    /// <summary>The model of each alias.</summary>
    public ImmutableSortedDictionary<string, string> Aliases { get; init; }
        = ImmutableSortedDictionary<string, string>.Empty;
}
