using System.Collections.Immutable;
using Linr.Engine;
using Linr.Server.Options;
using Linr.Server.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linr.Server.Models;

/// <summary>
/// All models of a server, by name and alias; kept in its data folder, so that after a restart all is as it was. Safe
/// for concurrent callers.
/// </summary>
internal sealed partial class ModelCatalogue : IAsyncDisposable
{
    /// <summary>The version of a model that is served from a file as it is.</summary>
    public const string FileVersion = "file";

    private readonly ServerOptions _options;
    private readonly RetrieverOptions _retriever;
    private readonly ILogger<ModelCatalogue> _log;
    private readonly TimeProvider _time;
    private readonly CatalogueFile? _file;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private ImmutableSortedDictionary<string, ServedModel> _models = ImmutableSortedDictionary<string, ServedModel>.Empty;
    private CatalogueState _state = new();

    /// <summary>A catalogue without models: <see cref="OpenAsync"/> comes first.</summary>
    public ModelCatalogue(
        IOptions<ServerOptions> options, RetrieverOptions retriever, ILogger<ModelCatalogue> log, TimeProvider time)
    {
        (_options, _retriever, _log, _time) = (options.Value, retriever, log, time);
        Memory = new MemoryBudget(
            _options.MemoryBytesMax > 0 ? _options.MemoryBytesMax : MemoryBudget.OfMachine());
        _file = _options.Data is { } folder ? new CatalogueFile(folder) : null;
    }

    /// <summary>What resident models take.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>Whether all models that the server was stopped with can answer.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The models, in the order of their names.</summary>
    public IReadOnlyCollection<ServedModel> Models => [.. Volatile.Read(ref _models).Values];

    /// <summary>The model of each alias.</summary>
    public IReadOnlyDictionary<string, string> Aliases => Volatile.Read(ref _state).Aliases;

    /// <summary>A model by its name or an alias, for a caller who may use it.</summary>
    /// <param name="text">What the request says.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="needed">What he must be allowed to.</param>
    /// <exception cref="ModelException">There is none.</exception>
    /// <exception cref="AccessException">He may not.</exception>
    public ServedModel Find(string text, Caller caller, Scopes needed)
    {
        ModelRef reference = ModelRef.Parse(text);
        return reference.Version is null
            ? Find(reference, caller, needed)
            : throw ModelException.Wrong($"model: expected a model without a version; found \"{text}\".");
    }

    /// <summary>The version that answers a read of a caller who may make it.</summary>
    /// <param name="text">The model that the request says.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="routingKey">What decides about a canary; null: chance.</param>
    /// <exception cref="ModelException">There is none, or it is not ready.</exception>
    /// <exception cref="AccessException">He may not.</exception>
    public ModelLease Enter(string text, Caller caller, string? routingKey)
    {
        ModelRef reference = ModelRef.Parse(text);
        return Find(reference, caller, Scopes.Read).Enter(reference.Version, routingKey);
    }

    /// <summary>The same, once the version has a state.</summary>
    /// <param name="text">The model that the request says.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="after">The state; empty: any.</param>
    /// <param name="routingKey">What decides about a canary; null: chance.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ModelException">There is none, or it is not ready, or never has that state.</exception>
    /// <exception cref="AccessException">He may not.</exception>
    public ValueTask<ModelLease> EnterAsync(
        string text, Caller caller, string after, string? routingKey, CancellationToken cancellation)
    {
        if (after.Length == 0)
        {
            return ValueTask.FromResult(Enter(text, caller, routingKey));
        }

        return WaitAsync(StateToken.Parse(after));

        async ValueTask<ModelLease> WaitAsync(StateToken state)
        {
            ModelLease found = Enter(text, caller, routingKey);
            ModelVersion version = found.Version;
            try
            {
                await found.Model.WaitForAsync(version, state, cancellation).ConfigureAwait(false);
            }
            finally
            {
                found.Dispose();
            }

            // The state that it says is that of now.
            return found.Model.Enter(version.Name, routingKey: null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (ServedModel model in Models)
        {
            await model.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private ServedModel Find(ModelRef reference, Caller caller, Scopes needed)
    {
        string name = Volatile.Read(ref _state).Aliases.GetValueOrDefault(reference.Name, reference.Name);
        caller.Check(needed, name);
        return Volatile.Read(ref _models).GetValueOrDefault(name) ?? throw ModelException.NotFound(
            $"model: expected a model or an alias of one; found \"{reference.Name}\", which is neither.");
    }

    private void Save(string model, RolloutState rollout)
    {
        lock (_lock)
        {
            Keep(_state with { Models = _state.Models.SetItem(model, rollout) });
        }
    }

    /// <summary>Under the lock: on the disk first.</summary>
    private void Keep(CatalogueState state)
    {
        _file?.Write(state with { Models = state.Models.RemoveRange(_options.Models.Keys) });
        Volatile.Write(ref _state, state);
    }
}
