using Grpc.Core;
using Linr.Server.Api;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Grpc;

/// <summary>Models and their rollout by gRPC.</summary>
internal sealed class ModelsService(ModelsApi api) : V1.Models.ModelsBase
{
    public override Task<V1.ListModelsResponse> ListModels(V1.ListModelsRequest request, ServerCallContext context)
        => Task.FromResult(api.List(context.Caller()));

    public override Task<V1.ModelInfo> GetModel(V1.GetModelRequest request, ServerCallContext context)
        => Task.FromResult(api.Get(request.Model, context.Caller()));

    public override Task<V1.VersionInfo> LoadVersion(V1.LoadVersionRequest request, ServerCallContext context)
        => Task.FromResult(api.Load(request, context.Caller()));

    public override Task<V1.ModelInfo> UnloadVersion(V1.UnloadVersionRequest request, ServerCallContext context)
        => api.UnloadAsync(request, context.Caller());

    public override Task<V1.DeleteModelResponse> DeleteModel(V1.DeleteModelRequest request, ServerCallContext context)
        => api.DeleteAsync(request, context.Caller());

    public override Task<V1.ModelInfo> SetShadow(V1.SetShadowRequest request, ServerCallContext context)
        => api.SetShadowAsync(request, context.Caller(), context.CancellationToken);

    public override Task<V1.ModelInfo> SetCanary(V1.SetCanaryRequest request, ServerCallContext context)
        => api.SetCanaryAsync(request, context.Caller(), context.CancellationToken);

    public override Task<V1.ModelInfo> Promote(V1.PromoteRequest request, ServerCallContext context)
        => api.PromoteAsync(request, context.Caller(), context.CancellationToken);

    public override Task<V1.ModelInfo> Rollback(V1.RollbackRequest request, ServerCallContext context)
        => api.RollbackAsync(request, context.Caller(), context.CancellationToken);

    public override Task<V1.AliasInfo> SetAlias(V1.SetAliasRequest request, ServerCallContext context)
        => Task.FromResult(api.SetAlias(request, context.Caller()));

    public override Task<V1.DeleteAliasResponse> DeleteAlias(V1.DeleteAliasRequest request, ServerCallContext context)
        => Task.FromResult(api.DeleteAlias(request, context.Caller()));

    public override Task<V1.SnapshotResponse> Snapshot(V1.SnapshotRequest request, ServerCallContext context)
        => api.SnapshotAsync(request, context.Caller(), context.CancellationToken);
}
