using System.Collections.Immutable;
using V1 = Linr.Protocol.V1;

namespace Linr.Client.Wire;

/// <summary>Models as the contract has them.</summary>
internal static class ModelWire
{
    public static ModelList Read(V1.ListModelsResponse response) => new(
        [.. response.Models.Select(Read)],
        response.Aliases.ToImmutableSortedDictionary(one => one.Alias, one => one.Model, StringComparer.Ordinal),
        response.Memory?.UsedBytes ?? 0,
        response.Memory?.BudgetBytes ?? 0);

    public static ModelInfo Read(V1.ModelInfo model) => new()
    {
        Name = model.Name,
        Live = NullIfEmpty(model.Live),
        Previous = NullIfEmpty(model.Previous),
        Canary = model.Canary is { } canary ? new Canary(canary.Version, canary.Percent) : null,
        Shadow = model.Shadow is { } shadow
            ? new Shadow(shadow.Version, shadow.Percent, Read(shadow.Comparison)) : null,
        Versions = [.. model.Versions.Select(Read)],
        Aliases = [.. model.Aliases],
        IsWritable = model.Writable,
    };

    public static VersionInfo Read(V1.VersionInfo version) => new()
    {
        Version = version.Version,
        State = version.State switch
        {
            V1.VersionState.Loading => VersionState.Loading,
            V1.VersionState.CatchingUp => VersionState.CatchingUp,
            V1.VersionState.Ready => VersionState.Ready,
            V1.VersionState.Failed => VersionState.Failed,
            V1.VersionState.Unloaded => VersionState.Unloaded,
            _ => VersionState.Unknown,
        },
        Problem = version.Problem,
        Progress = version.Progress,
        Items = version.Items,
        MemoryBytes = version.MemoryBytes,
        ModelVersion = version.ModelVersion,
        Schema = version.Schema,
        Similarities = [.. version.Similarities],
        Rankers = [.. version.Rankers],
        HasQueryTower = version.HasQueryTower,
        Engine = version.Engine,
        Lag = version.Lag,
        LoadedAt = version.LoadedAt?.ToDateTimeOffset(),
    };

    private static ShadowComparison? Read(V1.ShadowComparison? comparison) => comparison is null ? null : new()
    {
        Compared = comparison.Compared,
        Failed = comparison.Failed,
        Dropped = comparison.Dropped,
        Overlap = comparison.Overlap,
        ScoreDifference = comparison.ScoreDifference,
        LiveMs = comparison.LiveMs,
        ShadowMs = comparison.ShadowMs,
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
