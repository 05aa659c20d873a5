using Google.Protobuf.WellKnownTypes;
using Linr.Engine;
using Linr.Engine.Store;
using Linr.Server.Models;
using Linr.Server.Security;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Api;

/// <summary>Models and their rollout, in the messages of the contract; whatever carries them calls this.</summary>
internal sealed class ModelsApi(ModelCatalogue catalogue)
{
    /// <summary>All models that a caller may use.</summary>
    public V1.ListModelsResponse List(Caller caller)
    {
        caller.Check(Scopes.Read);
        var response = new V1.ListModelsResponse
        {
            Memory = new V1.MemoryInfo { BudgetBytes = catalogue.Memory.BytesMax, UsedBytes = catalogue.Memory.UsedBytes },
        };
        response.Models.AddRange(catalogue.Models.Where(one => caller.MayUse(one.Name)).Select(Describe));
        response.Aliases.AddRange(catalogue.Aliases.Where(one => caller.MayUse(one.Value)).Select(
            one => new V1.AliasInfo { Alias = one.Key, Model = one.Value }));
        return response;
    }

    /// <summary>One model.</summary>
    public V1.ModelInfo Get(string model, Caller caller) => Describe(catalogue.Find(model, caller, Scopes.Read));

    /// <summary>Loads a version, in the background.</summary>
    public V1.VersionInfo Load(V1.LoadVersionRequest request, Caller caller)
    {
        ModelVersion version = catalogue.Load(request.Model, request.Version, request.File, request.Promote, caller);
        return Describe(version);
    }

    /// <summary>Closes a version.</summary>
    public async Task<V1.ModelInfo> UnloadAsync(V1.UnloadVersionRequest request, Caller caller)
        => Describe(await catalogue.UnloadAsync(request.Model, request.Version, request.Delete, caller)
            .ConfigureAwait(false));

    /// <summary>Removes a model.</summary>
    public async Task<V1.DeleteModelResponse> DeleteAsync(V1.DeleteModelRequest request, Caller caller)
    {
        await catalogue.DeleteAsync(request.Model, caller).ConfigureAwait(false);
        return new V1.DeleteModelResponse();
    }

    /// <summary>Mirrors a share of searches to a version.</summary>
    public async Task<V1.ModelInfo> SetShadowAsync(
        V1.SetShadowRequest request, Caller caller, CancellationToken cancellation)
    {
        ServedModel model = catalogue.Find(request.Model, caller, Scopes.Admin);
        await model.SetShadowAsync(ShareOf(request.Version, request.Percent), cancellation).ConfigureAwait(false);
        return Describe(model);
    }

    /// <summary>Gives a share of routing keys to a version.</summary>
    public async Task<V1.ModelInfo> SetCanaryAsync(
        V1.SetCanaryRequest request, Caller caller, CancellationToken cancellation)
    {
        ServedModel model = catalogue.Find(request.Model, caller, Scopes.Admin);
        await model.SetCanaryAsync(ShareOf(request.Version, request.Percent), cancellation).ConfigureAwait(false);
        return Describe(model);
    }

    /// <summary>Has a version answer.</summary>
    public async Task<V1.ModelInfo> PromoteAsync(
        V1.PromoteRequest request, Caller caller, CancellationToken cancellation)
    {
        ServedModel model = catalogue.Find(request.Model, caller, Scopes.Admin);
        await model.PromoteAsync(request.Version, cancellation).ConfigureAwait(false);
        return Describe(model);
    }

    /// <summary>Has the version answer that did before.</summary>
    public async Task<V1.ModelInfo> RollbackAsync(
        V1.RollbackRequest request, Caller caller, CancellationToken cancellation)
    {
        ServedModel model = catalogue.Find(request.Model, caller, Scopes.Admin);
        await model.RollbackAsync(cancellation).ConfigureAwait(false);
        return Describe(model);
    }

    /// <summary>Has an alias name a model.</summary>
    public V1.AliasInfo SetAlias(V1.SetAliasRequest request, Caller caller)
    {
        catalogue.SetAlias(request.Alias, request.Model, caller);
        return new V1.AliasInfo { Alias = request.Alias, Model = catalogue.Aliases[request.Alias] };
    }

    /// <summary>Removes an alias.</summary>
    public V1.DeleteAliasResponse DeleteAlias(V1.DeleteAliasRequest request, Caller caller)
    {
        catalogue.DeleteAlias(request.Alias, caller);
        return new V1.DeleteAliasResponse();
    }

    /// <summary>Writes a snapshot.</summary>
    public async Task<V1.SnapshotResponse> SnapshotAsync(
        V1.SnapshotRequest request, Caller caller, CancellationToken cancellation)
    {
        StoreSnapshot snapshot = await catalogue.SnapshotAsync(
            request.Model, request.Version, caller, cancellation).ConfigureAwait(false);
        ServedModel model = catalogue.Find(request.Model, caller, Scopes.Admin);
        string version = request.Version.Length == 0 ? model.Live.Name : request.Version;
        return new V1.SnapshotResponse
        {
            File = Path.GetFileName(snapshot.Path),
            Bytes = snapshot.Bytes,
            State = new StateToken(version, snapshot.Offset).ToString(),
        };
    }

    private V1.ModelInfo Describe(ServedModel model)
    {
        RolloutState rollout = model.Rollout;
        var described = new V1.ModelInfo
        {
            Name = model.Name,
            Live = rollout.Live ?? string.Empty,
            Previous = rollout.Previous ?? string.Empty,
            Writable = model.IsWritable,
        };
        if (rollout.Canary is { } canary)
        {
            described.Canary = new V1.Canary { Version = canary.Version, Percent = canary.Percent };
        }

        if (rollout.Shadow is { } shadow)
        {
            described.Shadow = new V1.Shadow
            {
                Version = shadow.Version,
                Percent = shadow.Percent,
                Comparison = model.Shadow is { } comparison ? Describe(comparison) : null,
            };
        }

        described.Versions.AddRange(model.Versions.Select(Describe));
        described.Aliases.AddRange(catalogue.Aliases.Where(one => one.Value == model.Name).Select(one => one.Key));
        return described;
    }

    private static V1.ShadowComparison Describe(ShadowComparison comparison) => new()
    {
        Compared = comparison.Compared,
        Failed = comparison.Failed,
        Dropped = comparison.Dropped,
        Overlap = comparison.Overlap,
        ScoreDifference = comparison.ScoreDifference,
        LiveMs = comparison.LiveMs,
        ShadowMs = comparison.ShadowMs,
    };

    private static V1.VersionInfo Describe(ModelVersion version)
    {
        var described = new V1.VersionInfo
        {
            Version = version.Name,
            State = version.State switch
            {
                VersionState.Loading => V1.VersionState.Loading,
                VersionState.CatchingUp => V1.VersionState.CatchingUp,
                VersionState.Ready => V1.VersionState.Ready,
                VersionState.Failed => V1.VersionState.Failed,
                _ => V1.VersionState.Unloaded,
            },
            Problem = version.Problem ?? string.Empty,
            Progress = version.Progress,
            Lag = version.Follower?.Lag ?? 0,
            LoadedAt = version.ReadyAt?.ToTimestamp(),
        };
        if (version.TryEnter() is { } served)
        {
            DescribeItems(served.Retriever, described);
            served.Leave();
        }

        return described;
    }

    private static void DescribeItems(Retriever retriever, V1.VersionInfo described)
    {
        described.Items = retriever.Count(default(Linr.Filters.Filter)).Items;
        described.MemoryBytes = retriever.Memory.TotalHostBytes + retriever.Memory.DeviceBytes;
        described.ModelVersion = retriever.ModelVersion;
        described.Schema = SchemaJson.Write(retriever.Schema);
        described.HasQueryTower = retriever.HasQueryTower;
        described.Engine = retriever.Engine;
        described.Similarities.AddRange(retriever.Similarities.Select(one => one.Spec.Name));
        described.Rankers.AddRange(retriever.Rankers.Select(one => one.Spec.Name));
    }

    private static VersionShare? ShareOf(string version, double percent)
        => version.Length == 0 ? null : new VersionShare(version, percent);
}
