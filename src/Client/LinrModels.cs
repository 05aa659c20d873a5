using Linr.Client.Internal;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Client;

/// <summary>
/// The models of a service, their versions, and which of them answers. What changes something needs the scope admin.
/// </summary>
public sealed class LinrModels
{
    private readonly CallRunner _runner;
    private readonly ModelsCalls _calls;

    internal LinrModels(CallRunner runner, V1.Models.ModelsClient client)
    {
        _runner = runner;
        _calls = new ModelsCalls(client);
    }

    /// <summary>All models that the caller may use.</summary>
    /// <exception cref="LinrException">The request is wrong, or the service failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ModelList> ListAsync(CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(_calls.List, new V1.ListModelsRequest(), null, cancellation)
            .ConfigureAwait(false));

    /// <summary>One model.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<ModelInfo> GetAsync(string model, CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(_calls.Get, new V1.GetModelRequest { Model = model }, model, cancellation)
            .ConfigureAwait(false));

    /// <summary>
    /// Loads a model file of the server as a version, in the background. Of a model that is there its items are
    /// embedded anew, and the version follows their changes.
    /// </summary>
    /// <param name="model">The model; it need not be there yet.</param>
    /// <param name="version">The version's name.</param>
    /// <param name="file">A file below the server's folder of model files.</param>
    /// <param name="promote">Whether the version answers once it is ready.</param>
    /// <param name="cancellation">Cancels the call, not the loading.</param>
    /// <returns>The version as it is at first; <see cref="GetAsync"/> says how far it is.</returns>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<VersionInfo> LoadVersionAsync(
        string model, string version, string file, bool promote = false, CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(
            _calls.Load,
            new V1.LoadVersionRequest { Model = model, Version = version, File = file, Promote = promote },
            model,
            cancellation).ConfigureAwait(false));

    /// <summary>Closes a version that nothing routes to.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="delete">Whether its files go too.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<ModelInfo> UnloadVersionAsync(
        string model, string version, bool delete = false, CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(
            _calls.Unload,
            new V1.UnloadVersionRequest { Model = model, Version = version, Delete = delete },
            model,
            cancellation).ConfigureAwait(false));

    /// <summary>Removes a model with all of its versions, once no alias names it.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public Task DeleteAsync(string model, CancellationToken cancellation = default)
        => RunAsync(_calls.Delete, new V1.DeleteModelRequest { Model = model }, model, cancellation);

    /// <summary>Mirrors a share of searches to a version, whose answers are compared and never given.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version; null: none any more.</param>
    /// <param name="percent">The share, 0 to 100.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<ModelInfo> SetShadowAsync(
        string model, string? version, double percent = 100, CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(
            _calls.SetShadow,
            new V1.SetShadowRequest
            {
                Model = model, Version = version ?? string.Empty, Percent = version is null ? 0 : percent,
            },
            model,
            cancellation).ConfigureAwait(false));

    /// <summary>Gives a share of routing keys to a version.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version; null: none any more.</param>
    /// <param name="percent">The share, 0 to 100.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<ModelInfo> SetCanaryAsync(
        string model, string? version, double percent = 0, CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(
            _calls.SetCanary,
            new V1.SetCanaryRequest { Model = model, Version = version ?? string.Empty, Percent = percent },
            model,
            cancellation).ConfigureAwait(false));

    /// <summary>Has a version answer, at once.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<ModelInfo> PromoteAsync(string model, string version, CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(
            _calls.Promote, new V1.PromoteRequest { Model = model, Version = version }, model, cancellation)
            .ConfigureAwait(false));

    /// <summary>Has the version answer that did before, at once.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<ModelInfo> RollbackAsync(string model, CancellationToken cancellation = default)
        => ModelWire.Read(await RunAsync(
            _calls.Rollback, new V1.RollbackRequest { Model = model }, model, cancellation).ConfigureAwait(false));

    /// <summary>Has an alias name a model, at once.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public Task SetAliasAsync(string alias, string model, CancellationToken cancellation = default)
        => RunAsync(_calls.SetAlias, new V1.SetAliasRequest { Alias = alias, Model = model }, model, cancellation);

    /// <summary>Removes an alias.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public Task DeleteAliasAsync(string alias, CancellationToken cancellation = default)
        => RunAsync(_calls.DeleteAlias, new V1.DeleteAliasRequest { Alias = alias }, null, cancellation);

    /// <summary>
    /// Writes a snapshot now; one of minutes needs another <see cref="LinrClientOptions.Timeout"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version; null: the one that answers.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<Snapshot> SnapshotAsync(
        string model, string? version = null, CancellationToken cancellation = default)
    {
        V1.SnapshotResponse response = await RunAsync(
            _calls.Snapshot,
            new V1.SnapshotRequest { Model = model, Version = version ?? string.Empty },
            model,
            cancellation).ConfigureAwait(false);
        return new Snapshot(response.File, response.Bytes, response.State);
    }

    private Task<TResponse> RunAsync<TRequest, TResponse>(
        Call<TRequest, TResponse> call, TRequest request, string? model, CancellationToken cancellation)
        => _runner.RunAsync(call, request, model, timeout: null, cancellation);
}
