using System.Collections.Immutable;

namespace Linr.Server.Models;

/// <summary>Which versions of a model answer. Kept in its folder, and replaced in one step.</summary>
internal sealed record RolloutState
{
    /// <summary>The version that answers and takes the changes; null before the first is ready.</summary>
    public string? Live { get; init; }

    /// <summary>The one that did before, which a rollback brings back.</summary>
    public string? Previous { get; init; }

    /// <summary>A version that answers a share of the routing keys.</summary>
    public VersionShare? Canary { get; init; }

    /// <summary>A version that a share of the searches is mirrored to.</summary>
    public VersionShare? Shadow { get; init; }

    /// <summary>All versions that have a store, in the order in which they came.</summary>
    public ImmutableArray<string> Versions { get; init; } = [];

    /// <summary>Versions that stay on the disk alone until they are loaded again.</summary>
    public ImmutableArray<string> Unloaded { get; init; } = [];

    /// <summary>Where versions that took changes before handed over, the oldest first.</summary>
    public ImmutableArray<HandOver> HandOvers { get; init; } = [];

    /// <summary>The state without a version.</summary>
    public RolloutState Without(string version) => WithoutShares(version) with
    {
        Previous = Previous == version ? null : Previous,
        Versions = Versions.Remove(version),
        Unloaded = Unloaded.Remove(version),
    };

    /// <summary>The state in which a version has no share of another's requests.</summary>
    public RolloutState WithoutShares(string version) => this with
    {
        Canary = Canary?.Version == version ? null : Canary,
        Shadow = Shadow?.Version == version ? null : Shadow,
    };
}
