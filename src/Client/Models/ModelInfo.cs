using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>A model, its versions and which of them answers.</summary>
public sealed record ModelInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The version that answers; null while none does.</summary>
    public string? Live { get; init; }

    /// <summary>The version that did before; null where none did.</summary>
    public string? Previous { get; init; }

    /// <summary>The version that has a share of routing keys; null: none.</summary>
    public Canary? Canary { get; init; }

    /// <summary>The version that searches are mirrored to; null: none.</summary>
    public Shadow? Shadow { get; init; }

    /// <summary>All versions that the server has.</summary>
    public ImmutableArray<VersionInfo> Versions { get; init; } = [];

    /// <summary>The aliases that name it.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Whether its items may change.</summary>
    public bool IsWritable { get; init; }
}
