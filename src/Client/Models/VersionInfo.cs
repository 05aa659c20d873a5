using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>A version of a model.</summary>
public sealed record VersionInfo
{
    /// <summary>Its name.</summary>
    public required string Version { get; init; }

    /// <summary>Where it is on its way.</summary>
    public required VersionState State { get; init; }

    /// <summary>Why it failed; else empty.</summary>
    public string Problem { get; init; } = string.Empty;

    /// <summary>How far it is, 0 to 1, while it loads.</summary>
    public double Progress { get; init; }

    /// <summary>Its items.</summary>
    public long Items { get; init; }

    /// <summary>Bytes of the server's memory that it takes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>The version that is written in the model file.</summary>
    public string ModelVersion { get; init; } = string.Empty;

    /// <summary>Fields, embeddings and the kind of ids, as JSON.</summary>
    public string Schema { get; init; } = string.Empty;

    /// <summary>The learned similarities that it has.</summary>
    public ImmutableArray<string> Similarities { get; init; } = [];

    /// <summary>The rankers that it has.</summary>
    public ImmutableArray<string> Rankers { get; init; } = [];

    /// <summary>Whether it takes histories and features.</summary>
    public bool HasQueryTower { get; init; }

    /// <summary>The engine and its instruction set.</summary>
    public string Engine { get; init; } = string.Empty;

    /// <summary>Changes that the live version has and this one has not yet made.</summary>
    public long Lag { get; init; }

    /// <summary>When it was loaded; null where it is not.</summary>
    public DateTimeOffset? LoadedAt { get; init; }
}
