namespace Linr.Server.Models;

/// <content>Which version answers whom, and how that changes.</content>
internal sealed partial class ServedModel
{
    private readonly SemaphoreSlim _changing = new(1);

    /// <summary>The schema that requests and changes are read by: the live version's.</summary>
    public Schema Schema
    {
        get
        {
            ServedBatches served = Live.Enter();
            Schema schema = served.Retriever.Schema;
            served.Leave();
            return schema;
        }
    }

    /// <summary>Gives a share of routing keys to a version; null: to none.</summary>
    /// <exception cref="ModelException">The version is not there, or not ready.</exception>
    public Task SetCanaryAsync(VersionShare? canary, CancellationToken cancellation)
        => ChangeAsync(rollout => Checked(rollout with { Canary = canary }, canary), cancellation);

    /// <summary>Mirrors a share of searches to a version; null: to none.</summary>
    /// <exception cref="ModelException">The version is not there, or not ready.</exception>
    public Task SetShadowAsync(VersionShare? shadow, CancellationToken cancellation)
        => ChangeAsync(rollout => Checked(rollout with { Shadow = shadow }, shadow), cancellation);

    /// <summary>Has a version answer and take the changes, once it has all that the live one has; at once.</summary>
    /// <exception cref="ModelException">The version is not there, or not ready; all is as before.</exception>
    public async Task PromoteAsync(string version, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await TakeOverAsync(Ready(version), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Has the version answer that did before the last promotion.</summary>
    /// <exception cref="ModelException">There is none, or it is not ready; all is as before.</exception>
    public async Task RollbackAsync(CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            string previous = Rollout.Previous ?? throw ModelException.NotNow(
                $"Model {Name}: expected a version that answered before {Rollout.Live}; found none.");
            await TakeOverAsync(Ready(previous), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task TakeOverAsync(ModelVersion next, CancellationToken cancellation)
    {
        ModelVersion? before = Volatile.Read(ref _routes).Live;
        if (before == next)
        {
            throw ModelException.NotNow($"Model {Name}: expected a version that is not live; found {next.Name}, which is.");
        }

        if (Versions.FirstOrDefault(one => one.State is VersionState.Loading or VersionState.CatchingUp) is { } busy
            && before is not null)
        {
            throw ModelException.NotNow(
                $"Model {Name}: expected no version that loads while another becomes live; found {busy.Name}, which is "
                + $"{busy.Describe()}.");
        }

        if (before is null || !IsWritable)
        {
            Keep(Rollout with { Live = next.Name, Previous = before?.Name });
            return;
        }

        await _writes.CloseAsync(cancellation).ConfigureAwait(false);
        try
        {
            await HandOverAsync(before, next, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writes.Open();
        }
    }

    /// <summary>Nobody writes: the others make what they lack, and then all follow the next one.</summary>
    private async Task HandOverAsync(ModelVersion before, ModelVersion next, CancellationToken cancellation)
    {
        ModelVersion[] followers = [.. Versions.Where(one => one is { Follower: not null, State: VersionState.Ready })];
        await Task.WhenAll(followers.Select(one => one.Follower!.WaitForAsync(before.Offset, cancellation)))
            .ConfigureAwait(false);
        var handOver = new HandOver(before.Name, before.Offset, next.Name, next.Offset);
        RolloutState rollout = Rollout;
        // One that is not loaded, or has stopped, lacks changes that nobody will give it again.
        HashSet<string> complete = [.. followers.Append(before).Select(one => one.Name)];
        Keep((rollout with
        {
            Live = next.Name,
            Previous = before.Name,
            HandOvers = rollout.HandOvers.Add(handOver),
            Versions = rollout.Versions.RemoveAll(one => !complete.Contains(one)),
            Unloaded = [],
        }).WithoutShares(next.Name));
        foreach (ModelVersion one in followers)
        {
            await one.Follower!.DisposeAsync().ConfigureAwait(false);
            one.Follower = null;
        }

        foreach (ModelVersion one in followers.Append(before).Where(one => one != next))
        {
            await FollowAsync(one, next).ConfigureAwait(false);
        }
    }

    private async Task ChangeAsync(Func<RolloutState, RolloutState> change, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Keep(change(Rollout));
        }
        finally
        {
            _changing.Release();
        }
    }

    private RolloutState Checked(RolloutState rollout, VersionShare? share)
    {
        if (share is not null)
        {
            if (share.Percent is not (>= 0 and <= 100))
            {
                throw ModelException.Wrong($"percent: expected 0 to 100; found {share.Percent}.");
            }

            if (Ready(share.Version).Name == rollout.Live)
            {
                throw ModelException.Wrong(
                    $"version: expected one that is not live; found {share.Version}, which answers already.");
            }
        }

        return rollout;
    }

    private ModelVersion Ready(string version)
    {
        ModelVersion found = Find(version);
        return found.State == VersionState.Ready
            ? found
            : throw ModelException.NotNow(
                $"Version {Name}@{version}: expected one that is ready; found one that is {found.Describe()}.");
    }

    /// <summary>Has a rollout hold: on the disk first, then for requests.</summary>
    private void Keep(RolloutState rollout)
    {
        _save(Name, rollout);
        Volatile.Write(ref _rollout, rollout);
        Route();
    }

    private void Route()
    {
        RolloutState rollout = Rollout;
        ModelVersion? shadow = Find(rollout.Shadow);
        Volatile.Write(ref _routes, new Routes(
            rollout.Live is { } live ? FindOrNull(live) : null,
            Find(rollout.Canary),
            rollout.Canary?.Percent ?? 0,
            shadow,
            rollout.Shadow?.Percent ?? 0));
        ShadowRun? next = shadow is null ? null : _shadow?.Version == shadow ? _shadow : new ShadowRun(shadow);
        ShadowRun? before = Interlocked.Exchange(ref _shadow, next);
        if (before != next && before is not null)
        {
            _ = before.DisposeAsync().AsTask();
        }
    }

    private ModelVersion? Find(VersionShare? share) => share is null ? null : FindOrNull(share.Version);

    private ModelVersion? FindOrNull(string version)
    {
        lock (_lock)
        {
            return _versions.GetValueOrDefault(version);
        }
    }
}
