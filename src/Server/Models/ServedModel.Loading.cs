using System.Globalization;
using Linr.Engine.Store;

namespace Linr.Server.Models;

/// <content>Versions that come and go.</content>
internal sealed partial class ServedModel
{
    private readonly List<Task> _loads = [];

    /// <summary>Loads a model file as a version, or opens one that is on the disk, in the background.</summary>
    /// <param name="version">The version.</param>
    /// <param name="folder">The folder of its store.</param>
    /// <param name="path">The model file; null: the store that is there.</param>
    /// <param name="promotes">Whether it becomes live once it is ready; the first always does.</param>
    /// <param name="loader">Opens it.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="ModelException">There is such a version; nothing was changed.</exception>
    public ModelVersion Load(
        string version, string folder, string? path, bool promotes, VersionLoader loader, CancellationToken stop)
    {
        var added = new ModelVersion(version, loader.Batching);
        lock (_lock)
        {
            if (_versions.TryGetValue(version, out ModelVersion? there)
                && there.State is not (VersionState.Failed or VersionState.Unloaded))
            {
                throw ModelException.Exists($"version: expected one that model {Name} has not; found {version}.");
            }

            bool isKept = Rollout.Versions.Contains(version);
            if (isKept && path is not null)
            {
                throw ModelException.Exists(
                    $"version: expected one that model {Name} has not; found {version}, which is on the disk: load it "
                    + "without a file.");
            }

            if (!isKept && path is null)
            {
                throw ModelException.NotFound(
                    $"file: expected a model file, as model {Name} has no version {version} on the disk; found none.");
            }

            _versions[version] = added;
            _loads.RemoveAll(load => load.IsCompleted);
            _loads.Add(Task.Run(() => LoadAsync(added, folder, path, promotes, loader, stop), CancellationToken.None));
        }

        return added;
    }

    /// <summary>Opens the versions that the rollout says, the live one first; those that cannot be opened say why.</summary>
    public async Task OpenAsync(VersionLoader loader, Func<string, string> folderOf, CancellationToken stop)
    {
        RolloutState rollout = Rollout;
        lock (_lock)
        {
            foreach (string name in rollout.Versions)
            {
                _versions[name] = new ModelVersion(name, loader.Batching);
            }
        }

        foreach (ModelVersion version in Versions.OrderByDescending(one => one.Name == rollout.Live))
        {
            if (rollout.Unloaded.Contains(version.Name))
            {
                version.Dispose();
                continue;
            }

            await TryOpenAsync(version, () => OpenStore(version, loader, folderOf(version.Name)), stop)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Opens a model file as the only version, whose items never change.</summary>
    public void OpenFile(string version, string path, VersionLoader loader)
    {
        var added = new ModelVersion(version, loader.Batching);
        added.Open(loader.OpenFile(Owner(version), path));
        added.Ready(_time.GetUtcNow());
        lock (_lock)
        {
            _versions[version] = added;
        }

        Keep(Rollout with { Live = version });
    }

    /// <summary>Closes a version that nothing routes to.</summary>
    /// <exception cref="ModelException">There is none, or it is live, a canary or a shadow, or it loads.</exception>
    public async Task UnloadAsync(string version, bool forgets)
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            ModelVersion found = Find(version);
            RolloutState rollout = Rollout;
            if (version == rollout.Live || version == rollout.Canary?.Version || version == rollout.Shadow?.Version
                || found.State is VersionState.Loading or VersionState.CatchingUp)
            {
                throw ModelException.NotNow(
                    $"Version {Name}@{version}: expected one that no request goes to and that does not load; found one "
                    + $"that is {(version == rollout.Live ? "live" : found.Describe())}.");
            }

            Keep(forgets || !rollout.Versions.Contains(version)
                ? rollout.Without(version)
                : rollout with { Unloaded = rollout.Unloaded.Remove(version).Add(version) });
            await CloseAsync(found).ConfigureAwait(false);
            if (forgets)
            {
                lock (_lock)
                {
                    _versions.Remove(version);
                }
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] loads;
        lock (_lock)
        {
            loads = [.. _loads];
        }

        await Task.WhenAll(loads).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _shadow, null) is { } shadow)
        {
            await shadow.DisposeAsync().ConfigureAwait(false);
        }

        foreach (ModelVersion version in Versions)
        {
            await CloseAsync(version).ConfigureAwait(false);
        }

        _changing.Dispose();
    }

    private static async Task CloseAsync(ModelVersion version)
    {
        if (version.Follower is { } follower)
        {
            await follower.DisposeAsync().ConfigureAwait(false);
            version.Follower = null;
        }

        version.Dispose();
    }

    private async Task LoadAsync(
        ModelVersion version, string folder, string? path, bool promotes, VersionLoader loader, CancellationToken stop)
    {
        await TryOpenAsync(
            version,
            () =>
            {
                if (path is null)
                {
                    return OpenStore(version, loader, folder);
                }

                ModelVersion? live = Volatile.Read(ref _routes).Live;
                CheckSchema(live, path);
                version.Open(loader.Create(
                    Owner(version.Name), folder, path, FeedOf(live), new LoadProgress(version), stop));
                return live;
            },
            stop).ConfigureAwait(false);
        if (version.State != VersionState.Ready)
        {
            return;
        }

        try
        {
            await ChangeAsync(
                rollout => rollout with
                {
                    Versions = rollout.Versions.Remove(version.Name).Add(version.Name),
                    Unloaded = rollout.Unloaded.Remove(version.Name),
                },
                stop).ConfigureAwait(false);
            if (promotes || Rollout.Live is null)
            {
                await PromoteAsync(version.Name, stop).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is ModelException or IOException or OperationCanceledException)
        {
            version.Note(error.Message);
        }
    }

    private ModelVersion? OpenStore(ModelVersion version, VersionLoader loader, string folder)
    {
        version.Open(loader.Open(Owner(version.Name), folder, new LoadProgress(version)));
        return version.Name == Rollout.Live ? null : FindOrNull(Rollout.Live!);
    }

    /// <summary>Opens a version, and has it follow another; what goes wrong is the version's problem.</summary>
    /// <param name="version">The version.</param>
    /// <param name="open">Opens it, and says whom it follows.</param>
    /// <param name="stop">Ends it.</param>
    private async Task TryOpenAsync(ModelVersion version, Func<ModelVersion?> open, CancellationToken stop)
    {
        try
        {
            if (await Task.Run(open, stop).ConfigureAwait(false) is { Store: not null } live)
            {
                await FollowAsync(version, live).ConfigureAwait(false);
                await version.Follower!.WaitForAsync(live.Offset, stop).ConfigureAwait(false);
            }

            version.Ready(_time.GetUtcNow());
            Route();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            version.Fail("the server was stopped while it loaded");
        }
        catch (Exception error)
        {
            // Whatever it is: the version says it, and the others go on.
            await CloseAsync(version).ConfigureAwait(false);
            version.Fail(Api.ApiError.Of(error).Message);
            _failed(this, version, error);
        }
    }

    /// <summary>
    /// Has a version follow the live one, from where it is: from its kept position, or from the hand-over, which it had
    /// reached, where a crash came before it kept that.
    /// </summary>
    private async Task FollowAsync(ModelVersion version, ModelVersion live)
    {
        string feed = FeedName(live);
        long? handOver = Rollout.HandOvers.LastOrDefault(one => one.To == live.Name)?.ToOffset;
        bool isKept = long.TryParse(
            version.Store!.PositionOf(feed)?.Position, NumberStyles.None, CultureInfo.InvariantCulture, out long kept);
        version.Follower = await StoreFollower.StartAsync(
            live.Store!, version.Store, feed, isKept && !(kept < handOver) ? null : handOver).ConfigureAwait(false);
    }

    private static (IndexStore Store, string Name)? FeedOf(ModelVersion? live)
        => live?.Store is { } store ? (store, FeedName(live)) : null;

    private static string FeedName(ModelVersion live) => $"linr:{live.Name}";

    private string Owner(string version) => $"{Name}@{version}";

    private static void CheckSchema(ModelVersion? live, string path)
    {
        if (live is null)
        {
            return;
        }

        ServedBatches served = live.Enter();
        Schema now = served.Retriever.Schema;
        served.Leave();
        using Linr.Index.ModelFiles.LoadedModel next = Linr.Index.ModelFiles.ModelReader.Open(path, verifyRows: false);
        string problems = string.Join("; ", SchemaFit.FindProblems(now, next.Items.Schema));
        if (problems.Length > 0)
        {
            throw ModelException.NotNow($"The model file's schema does not fit: {problems}.");
        }
    }

    private sealed class LoadProgress(ModelVersion version) : IProgress<StoreProgress>
    {
        public void Report(StoreProgress value)
            => version.Progress = value.Total == 0 ? 0 : Math.Clamp(value.Done / (double)value.Total, 0, 1);
    }
}
