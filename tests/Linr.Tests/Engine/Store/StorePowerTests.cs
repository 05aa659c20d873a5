using System.Globalization;
using CsCheck;
using Linr.Engine;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;
using Linr.Tests.Index.Log;

namespace Linr.Tests.Engine.Store;

/// <summary>
/// Snapshots and log on disks that lose power at any operation, with writes and names that were not synced dropped,
/// torn and reordered; that are full; and that fail.
/// </summary>
public sealed class StorePowerTests : IDisposable
{
    private const string Source = "source";

    private static readonly int s_lives =
        int.Parse(Environment.GetEnvironmentVariable("LINR_STORE_POWER_CUTS") ?? "15", CultureInfo.InvariantCulture);

    private static readonly StoreOptions s_options = new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
        Log = new ChangeLogOptions { SegmentBytes = 4_000 },
        SnapshotEveryChanges = null,
        SnapshotEveryLogBytes = null,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_acknowledged_is_there_after_any_power_cuts()
        => Gen.Int.Sample(seed => LiveOftenAsync(new Random(seed)).GetAwaiter().GetResult(), iter: s_lives, threads: 1);

    [Fact]
    public async Task A_full_disk_fails_the_snapshot_and_the_store_goes_on()
    {
        (FaultyFiles snapshots, FaultyFiles log) = (Disk(), Disk());
        using IndexStore store = Make(snapshots, log);
        string before = Assert.Single(snapshots.Names);
        for (int room = 0; room < 9_000; room += 1_500)
        {
            await store.ApplyAsync([ItemChange.Upsert(LiveItems.Of(5, room))], new SourcePosition(Source, $"{room}"));
            snapshots.SpaceBytes = room;
            Assert.Throws<IOException>(() => store.Snapshot(TestContext.Current.CancellationToken));
            Assert.Equal(before, Assert.Single(snapshots.Names));
        }

        string hash = store.StateHash(TestContext.Current.CancellationToken);
        using (IndexStore again = IndexStore.Open(new StoreFiles("store", snapshots.Copy(), log.Copy()), s_options))
        {
            Assert.Equal(hash, again.StateHash(TestContext.Current.CancellationToken));
        }

        snapshots.SpaceBytes = long.MaxValue;
        Assert.Equal(store.Offset, store.Snapshot(TestContext.Current.CancellationToken).Offset);
        Assert.Equal(2, snapshots.Names.Count());
    }

    [Fact]
    public async Task A_snapshot_that_the_system_keeps_while_it_is_mapped_goes_later()
    {
        (FaultyFiles snapshots, FaultyFiles log) = (Disk(), Disk());
        using IndexStore store = Make(snapshots, log);
        string mapped = Assert.Single(snapshots.Names);
        snapshots.Mapped.Add(mapped);
        await AddSnapshotsAsync(3);
        Assert.Equal(4, snapshots.Names.Count());
        Assert.Contains(mapped, snapshots.Names);
        Assert.Equal(0, FirstOffset());

        snapshots.Mapped.Clear();
        await AddSnapshotsAsync(1);
        Assert.Equal(2, snapshots.Names.Count());
        Assert.True(FirstOffset() > 0);

        async Task AddSnapshotsAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                await store.ApplyAsync(Enumerable.Range(0, 40).Select(id => ItemChange.Upsert(LiveItems.Of(id, i))).ToArray());
                store.Snapshot(TestContext.Current.CancellationToken);
            }
        }

        long FirstOffset()
        {
            using ChangeLog copy = ChangeLog.Open(log.Copy(), s_options.Log);
            return copy.FirstOffset;
        }
    }

    [Fact]
    public async Task Changes_that_a_full_disk_refused_are_in_the_log_before_those_that_follow()
    {
        (FaultyFiles snapshots, FaultyFiles log) = (Disk(), Disk());
        using IndexStore store = Make(snapshots, log);
        log.SpaceBytes = 100;
        LogWriteException refused = await Assert.ThrowsAsync<LogWriteException>(
            () => store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(70, 7)), ItemChange.Delete(1)));
        Assert.False(refused.IsStopped);

        // It can be seen, and as long as it cannot be written nothing else is made.
        Assert.NotNull(store.Get(70));
        ItemChange follows = ItemChange.Update(new Item { Id = 70, Fields = LiveItems.Fields(8) });
        await Assert.ThrowsAsync<LogWriteException>(() => store.ApplyAsync(follows));
        Assert.Throws<LogWriteException>(() => store.Snapshot(TestContext.Current.CancellationToken));
        Assert.Equal("word 7", store.Get(70)!.Fields["word"][0].Text);

        log.SpaceBytes = long.MaxValue;
        await store.ApplyAsync(follows);
        string hash = store.StateHash(TestContext.Current.CancellationToken);
        using IndexStore again = IndexStore.Open(
            new StoreFiles("store", snapshots.AfterPowerCut(new Random(1)), log.AfterPowerCut(new Random(2))), s_options);
        Assert.Equal(hash, again.StateHash(TestContext.Current.CancellationToken));
        Assert.Equal("word 8", again.Get(70)!.Fields["word"][0].Text);
        Assert.Null(again.Get(1));
    }

    [Fact]
    public async Task A_log_that_failed_to_sync_stops_changes_and_keeps_what_it_acknowledged()
    {
        (FaultyFiles snapshots, FaultyFiles log) = (Disk(), Disk());
        IndexStore store = Make(snapshots, log);
        await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(70, 7)));
        log.FailSyncs = true;
        Assert.True((await Assert.ThrowsAsync<LogWriteException>(() => store.ApplyAsync(ItemChange.Delete(70)))).IsStopped);
        log.FailSyncs = false;
        Assert.True((await Assert.ThrowsAsync<LogWriteException>(() => store.ApplyAsync(ItemChange.Delete(0)))).IsStopped);
        Assert.NotNull(store.Get(0));
        store.Dispose();
        using IndexStore again = IndexStore.Open(new StoreFiles("store", snapshots.AfterKill(), log.AfterKill()), s_options);
        Assert.NotNull(again.Get(0));
        Assert.Equal(again.Offset == 1, again.Get(70) is not null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_push_that_the_disk_fails_is_not_there_or_is_found_whole(bool isSyncOfLog)
    {
        (FaultyFiles snapshots, FaultyFiles log) = (Disk(), Disk());
        IndexStore store = Make(snapshots, log);
        await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(70, 7)));
        string hash = store.StateHash(TestContext.Current.CancellationToken);
        string path = _folder.File("pushed.linr");
        using (ItemTable items = LiveItems.Build(IdKind.Integer, 9))
        {
            ModelWriter.Write(path, new ModelContents { Items = items, Version = "pushed" });
        }

        (isSyncOfLog ? log : snapshots).FailSyncs = true;
        Assert.ThrowsAny<IOException>(() => store.Push(path));
        Assert.Equal(hash, store.StateHash(TestContext.Current.CancellationToken));
        (isSyncOfLog ? log : snapshots).FailSyncs = false;
        store.Dispose();
        using IndexStore again = IndexStore.Open(new StoreFiles("store", snapshots.AfterKill(), log.AfterKill()), s_options);
        Assert.Equal(isSyncOfLog ? "pushed" : "v", again.ModelVersion);
        Assert.Equal(isSyncOfLog, again.Get(70) is null);
        Assert.Equal(isSyncOfLog, again.Get(8) is not null);
    }

    private async Task LiveOftenAsync(Random random)
    {
        (FaultyFiles snapshots, FaultyFiles log) = (Disk(), Disk());
        Make(snapshots, log).Dispose();
        var history = new List<StoreTwin> { new() };
        for (int i = 0; i < 3; i++)
        {
            history[0].Apply(ItemChange.Upsert(LiveItems.Of(i, i)));
        }

        int acknowledged = 0;
        for (int life = random.Next(2, 5); life >= 0; life--)
        {
            (random.Next(2) == 0 ? snapshots : log).OperationsLeft = life == 0 ? int.MaxValue : random.Next(1, 60);
            acknowledged = await TryLiveAsync(new StoreFiles("store", snapshots, log), history, acknowledged, random);
            bool isKill = random.Next(4) == 0;
            snapshots = isKill ? snapshots.AfterKill() : snapshots.AfterPowerCut(random);
            log = isKill ? log.AfterKill() : log.AfterPowerCut(random);
        }

        using IndexStore last = IndexStore.Open(new StoreFiles("store", snapshots, log), s_options);
        AssertIsOneOf(last, history, acknowledged);
    }

    // Until the power is cut; the number of the last set that was acknowledged.
    private static async Task<int> TryLiveAsync(
        StoreFiles files, List<StoreTwin> history, int acknowledged, Random random)
    {
        IndexStore? store = null;
        try
        {
            store = IndexStore.Open(files, s_options);
            acknowledged = AssertIsOneOf(store, history, acknowledged);
            history.RemoveRange(acknowledged + 1, history.Count - acknowledged - 1);
            for (int step = 0; step < 25; step++)
            {
                if (random.Next(6) == 0)
                {
                    _ = random.Next(2) == 0 ? store.Snapshot() : store.Compact();
                    continue;
                }

                StoreTwin next = history[^1].Copy();
                ItemChange[] changes = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Draw(random, history.Count))];
                Array.ForEach(changes, change => next.Apply(change));
                next.Positions[Source] = $"{history.Count}";
                history.Add(next);
                await store.ApplyAsync(changes, new SourcePosition(Source, $"{history.Count - 1}"));
                acknowledged = history.Count - 1;
            }
        }
        catch (IOException error) when (error is not (ChangeLogException or StoreException))
        {
            // The power is cut: what was on its way may be there or not.
        }

        store?.Dispose();
        return acknowledged;
    }

    private static int AssertIsOneOf(IndexStore store, List<StoreTwin> history, int acknowledged)
    {
        Assert.Empty(store.Opening.Damaged);
        int found = int.Parse(store.PositionOf(Source)?.Position ?? "0", null);
        Assert.InRange(found, acknowledged, history.Count - 1);
        history[found].AssertSame(store);
        return found;
    }

    private static ItemChange Draw(Random random, int version)
    {
        ItemId id = random.Next(20);
        return random.Next(4) == 0
            ? ItemChange.Delete(id, version) : ItemChange.Upsert(LiveItems.Of(id, random.Next(1_000)), version);
    }

    private FaultyFiles Disk() => new() { Folder = _folder.Root };

    private static IndexStore Make(FaultyFiles snapshots, FaultyFiles log)
    {
        using ItemTable items = LiveItems.Build(IdKind.Integer, 3);
        return IndexStore.Create(
            new StoreFiles("store", snapshots, log), new ModelContents { Items = items, Version = "v" }, s_options);
    }
}
