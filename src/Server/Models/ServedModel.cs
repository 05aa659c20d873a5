using System.IO.Hashing;
using System.Text;
using Linr.Index.Live;

namespace Linr.Server.Models;

/// <summary>
/// A model that is served: its versions, which of them answers whom, and the door that its changes come through. Safe
/// for concurrent callers.
/// </summary>
internal sealed partial class ServedModel : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly WriteGate _writes = new();
    private readonly Dictionary<string, ModelVersion> _versions = [];
    private readonly TimeProvider _time;
    private readonly Action<string, RolloutState> _save;
    private readonly Action<ServedModel, ModelVersion, Exception> _failed;
    private readonly long _routingSeed;
    private RolloutState _rollout;
    private Routes _routes = Routes.None;

    /// <summary>A model without versions yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isWritable">Whether its items may change.</param>
    /// <param name="rollout">Which versions answer, once they are there.</param>
    /// <param name="save">Keeps a rollout on the disk, before it holds.</param>
    /// <param name="failed">Told of a version that cannot go on.</param>
    /// <param name="time">Tells the time.</param>
    public ServedModel(
        string name,
        bool isWritable,
        RolloutState rollout,
        Action<string, RolloutState> save,
        Action<ServedModel, ModelVersion, Exception> failed,
        TimeProvider time)
    {
        (Name, IsWritable, _rollout, _save, _failed, _time) = (name, isWritable, rollout, save, failed, time);
        _routingSeed = unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name)));
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Whether its items may change.</summary>
    public bool IsWritable { get; }

    /// <summary>Which versions answer.</summary>
    public RolloutState Rollout => Volatile.Read(ref _rollout);

    /// <summary>Its versions, in the order in which they came.</summary>
    public IReadOnlyList<ModelVersion> Versions
    {
        get
        {
            lock (_lock)
            {
                return [.. _versions.Values];
            }
        }
    }

    /// <summary>The version that answers and takes the changes.</summary>
    /// <exception cref="ModelException">None is ready yet.</exception>
    public ModelVersion Live => Volatile.Read(ref _routes).Live ?? throw ModelException.NotNow(
        $"Model {Name}: expected a version that is ready; found {DescribeVersions()}.");

    /// <summary>The version that answers a request, kept open until the lease is disposed.</summary>
    /// <param name="version">The version asked for; null for the one that the rollout says.</param>
    /// <param name="routingKey">What decides about a canary; null: chance.</param>
    /// <exception cref="ModelException">There is no such version, or it is not ready.</exception>
    public ModelLease Enter(string? version, string? routingKey)
    {
        ModelVersion chosen = version is null ? Choose(routingKey) : Find(version);
        if (chosen.State != VersionState.Ready)
        {
            throw ModelException.NotNow(
                $"Version {Name}@{chosen.Name}: expected one that is ready; found one that is {chosen.Describe()}.");
        }

        // Read before the items are: whoever searches them sees this state, or a later one.
        StateToken state = StateOf(chosen);
        return new ModelLease(this, chosen, chosen.Enter(), state);
    }

    /// <summary>A version by its name.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public ModelVersion Find(string version)
    {
        lock (_lock)
        {
            return _versions.TryGetValue(version, out ModelVersion? found)
                ? found
                : throw ModelException.NotFound(
                    $"Model {Name}: expected one of the versions {string.Join(", ", _versions.Keys)}; found \"{version}\".");
        }
    }

    /// <summary>
    /// Changes items, in one step. What is returned ends when they are made, and every search that begins then sees
    /// them; the task in it ends when they are on the disk.
    /// </summary>
    /// <exception cref="ModelException">The model takes no changes.</exception>
    public async ValueTask<Task<WriteOutcome>> ApplyAsync(IReadOnlyList<ItemChange> changes, CancellationToken cancellation)
    {
        if (!IsWritable)
        {
            throw ModelException.NotNow(
                $"Model {Name}: expected one that is kept in a data folder; found a model file, whose items never change.");
        }

        await _writes.EnterAsync(cancellation).ConfigureAwait(false);
        return MakeAsync(changes);
    }

    /// <summary>Inside of the gate; makes the changes on the thread that calls.</summary>
    /// <exception cref="ItemException">Some do not fit; none was made.</exception>
    private async Task<WriteOutcome> MakeAsync(IReadOnlyList<ItemChange> changes)
    {
        try
        {
            ModelVersion live = Live;
            ChangeResult result = await live.Store!.ApplyAsync(changes).ConfigureAwait(false);
            return new WriteOutcome(result, new StateToken(live.Name, result.Offset ?? live.Offset));
        }
        finally
        {
            _writes.Leave();
        }
    }

    private ModelVersion Choose(string? routingKey)
    {
        Routes routes = Volatile.Read(ref _routes);
        if (routes.Canary is { State: VersionState.Ready } canary
            && ShareOf(routingKey) < routes.CanaryPercent)
        {
            return canary;
        }

        return Live;
    }

    /// <summary>Where a key stands from 0 to 100: always at the same place, as others of the same model are not.</summary>
    private double ShareOf(string? routingKey)
    {
        if (string.IsNullOrEmpty(routingKey))
        {
            return Random.Shared.NextDouble() * 100;
        }

        int most = Encoding.UTF8.GetMaxByteCount(routingKey.Length);
        Span<byte> utf8 = most <= 512 ? stackalloc byte[512] : new byte[most];
        ulong hash = XxHash3.HashToUInt64(utf8[..Encoding.UTF8.GetBytes(routingKey, utf8)], _routingSeed);
        return hash / (double)ulong.MaxValue * 100;
    }

    private string DescribeVersions()
    {
        lock (_lock)
        {
            return _versions.Count == 0
                ? "none"
                : string.Join(", ", _versions.Values.Select(one => $"{one.Name}, {one.Describe()}"));
        }
    }

    /// <summary>The versions behind a rollout, looked up once.</summary>
    private sealed record Routes(
        ModelVersion? Live, ModelVersion? Canary, double CanaryPercent, ModelVersion? Shadow, double ShadowPercent)
    {
        public static Routes None { get; } = new(null, null, 0, null, 0);
    }
}
