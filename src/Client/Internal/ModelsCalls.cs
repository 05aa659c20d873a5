using V1 = Linr.Protocol.V1;

namespace Linr.Client.Internal;

/// <summary>The calls of the service Models.</summary>
/// <param name="client">Makes them.</param>
internal sealed class ModelsCalls(V1.Models.ModelsClient client)
{
    private const string Service = "linr.v1.Models";

    public Call<V1.ListModelsRequest, V1.ListModelsResponse> List { get; } = new(
        new(Service, "ListModels"), client.ListModelsAsync);

    public Call<V1.GetModelRequest, V1.ModelInfo> Get { get; } = new(new(Service, "GetModel"), client.GetModelAsync);

    public Call<V1.LoadVersionRequest, V1.VersionInfo> Load { get; } = new(
        new(Service, "LoadVersion"), client.LoadVersionAsync);

    public Call<V1.UnloadVersionRequest, V1.ModelInfo> Unload { get; } = new(
        new(Service, "UnloadVersion"), client.UnloadVersionAsync);

    public Call<V1.DeleteModelRequest, V1.DeleteModelResponse> Delete { get; } = new(
        new(Service, "DeleteModel"), client.DeleteModelAsync);

    public Call<V1.SetShadowRequest, V1.ModelInfo> SetShadow { get; } = new(
        new(Service, "SetShadow"), client.SetShadowAsync);

    public Call<V1.SetCanaryRequest, V1.ModelInfo> SetCanary { get; } = new(
        new(Service, "SetCanary"), client.SetCanaryAsync);

    public Call<V1.PromoteRequest, V1.ModelInfo> Promote { get; } = new(new(Service, "Promote"), client.PromoteAsync);

    public Call<V1.RollbackRequest, V1.ModelInfo> Rollback { get; } = new(
        new(Service, "Rollback"), client.RollbackAsync);

    public Call<V1.SetAliasRequest, V1.AliasInfo> SetAlias { get; } = new(
        new(Service, "SetAlias"), client.SetAliasAsync);

    public Call<V1.DeleteAliasRequest, V1.DeleteAliasResponse> DeleteAlias { get; } = new(
        new(Service, "DeleteAlias"), client.DeleteAliasAsync);

    public Call<V1.SnapshotRequest, V1.SnapshotResponse> Snapshot { get; } = new(
        new(Service, "Snapshot"), client.SnapshotAsync);
}
