using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Engine.Store;

namespace Linr.Server.Models;

/// <summary>
/// One version of a model: an index store of its own, or a model file whose items never change. Safe for concurrent
/// callers.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="batching">How its requests share scans.</param>
internal sealed class ModelVersion(string name, BatchOptions batching) : IDisposable
{
    private readonly Lock _replacing = new();
    private VersionState _state = VersionState.Loading;
    private string? _problem;
    private ServedBatches? _served;
    private bool _isDisposed;

    /// <summary>Its name, different from all others of the model.</summary>
    public string Name { get; } = name;

    /// <summary>How far it is.</summary>
    public VersionState State
    {
        get => _state == VersionState.Ready && Follower?.Problem is not null ? VersionState.Failed : _state;
        private set => _state = value;
    }

    /// <summary>Why it failed.</summary>
    public string? Problem
    {
        get => Follower?.Problem is { } stopped ? Api.ApiError.Of(stopped).Message : _problem;
        private set => _problem = value;
    }

    /// <summary>0 to 1 while it loads.</summary>
    public double Progress { get; set; }

    /// <summary>When it became ready.</summary>
    public DateTimeOffset? ReadyAt { get; private set; }

    /// <summary>Its store; null where its items never change, or before it is there.</summary>
    public IndexStore? Store { get; private set; }


    /// <summary>What brings it the live version's changes; null for that one itself.</summary>
    public StoreFollower? Follower { get; set; }

    /// <summary>All changes of its own log below this can be seen.</summary>
    public long Offset => Store?.VisibleOffset ?? 0;

    /// <summary>Whether it has items to answer with.</summary>
    public bool IsOpen => Volatile.Read(ref _served) is not null;

    /// <summary>It has its store; it answers once it is <see cref="Ready"/>.</summary>
    public void Open(IndexStore store)
    {
        Store = store;
        StoreLease lease = store.Lease();
        _served = new ServedBatches(lease.Retriever, lease, batching);
        State = VersionState.CatchingUp;
    }

    /// <summary>It has items that never change.</summary>
    public void Open(Retriever retriever)
    {
        _served = new ServedBatches(retriever, retriever, batching);
        State = VersionState.CatchingUp;
    }

    /// <summary>It may answer from now on.</summary>
    public void Ready(DateTimeOffset now) => (State, ReadyAt, Progress) = (VersionState.Ready, now, 1);

    /// <summary>It cannot go on.</summary>
    public void Fail(string problem) => (Problem, State) = (problem, VersionState.Failed);

    /// <summary>It answers, but something that was to be done with it was not.</summary>
    public void Note(string problem) => Problem = problem;

    /// <summary>Enters what answers now; it is left by <see cref="ServedBatches.Leave"/>.</summary>
    /// <exception cref="ModelException">It is not open.</exception>
    public ServedBatches Enter()
    {
        while (true)
        {
            ServedBatches served = Volatile.Read(ref _served) ?? throw ModelException.NotNow(
                $"Version {Name}: expected one that is ready; found one that is {Describe()}.");
            if (Store is { } store)
            {
                // A push or a compaction has put another retriever in its place.
                using StoreLease now = store.Lease();
                if (now.Retriever != served.Retriever)
                {
                    Replace(store, served);
                    continue;
                }
            }

            if (served.TryEnter())
            {
                return served;
            }
        }
    }

    /// <summary>The same; null where it is not open.</summary>
    public ServedBatches? TryEnter()
    {
        try
        {
            return IsOpen ? Enter() : null;
        }
        catch (Exception error) when (error is ModelException or ObjectDisposedException)
        {
            // Closed between the two.
            return null;
        }
    }

    /// <summary>Its state in words.</summary>
    public string Describe() => State switch
    {
        VersionState.Loading => $"loading ({Progress:P0})",
        VersionState.CatchingUp => "catching up",
        VersionState.Ready => "ready",
        VersionState.Failed => $"failed: {Problem}",
        _ => "not loaded",
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        ServedBatches? served;
        lock (_replacing)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            (served, _served) = (_served, null);
        }

        State = VersionState.Unloaded;
        served?.Leave();
        Store?.Dispose();
    }

    private void Replace(IndexStore store, ServedBatches before)
    {
        lock (_replacing)
        {
            if (_served != before)
            {
                return;
            }

            StoreLease lease = store.Lease();
            Volatile.Write(ref _served, new ServedBatches(lease.Retriever, lease, batching));
        }

        before.Leave();
    }
}
