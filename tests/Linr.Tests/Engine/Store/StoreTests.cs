using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>A store in a real folder: made, opened, snapshots kept and dropped, damage found.</summary>
public sealed class StoreTests : IDisposable
{
    private static readonly StoreOptions s_options = new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
        Log = new ChangeLogOptions { SegmentBytes = 1_000 },
        SnapshotEveryChanges = null,
        SnapshotEveryLogBytes = null,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_newest_snapshots_are_kept_and_the_log_from_the_oldest_of_them_on()
    {
        using IndexStore store = Make();
        for (int i = 1; i <= 6; i++)
        {
            await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, i)), ItemChange.Upsert(LiveItems.Of(8, i)));
            Assert.Equal(2 * i, store.Snapshot(TestContext.Current.CancellationToken).Offset);
            Assert.Equal(2 * i, store.Snapshot(TestContext.Current.CancellationToken).Offset);
        }

        Assert.Equal([10, 12], store.Snapshots.Select(one => one.Offset));
        Assert.Equal(12, store.Status.SnapshotOffset);
        LogSummary log = ChangeLog.Verify(Path.Combine(Store, "log"));
        Assert.InRange(log.FirstOffset, 2, 10);
        Assert.Throws<IOException>(() => IndexStore.Open(Store, s_options));
    }

    [Fact]
    public async Task Snapshots_come_in_the_background_when_there_were_so_many_changes_or_so_many_bytes()
    {
        foreach (StoreOptions options in (StoreOptions[])
        [
            s_options with { SnapshotEveryChanges = 10 }, s_options with { SnapshotEveryLogBytes = 2_000 },
            s_options with { SnapshotEvery = TimeSpan.FromMilliseconds(1) },
        ])
        {
            string path = _folder.File($"{Guid.NewGuid()}");
            using IndexStore store = Make(path, options);
            for (int i = 0; store.Status.SnapshotOffset == 0; i++)
            {
                Assert.Null(store.Status.Problem);
                await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, i)));
            }

            long offset = store.Status.SnapshotOffset;
            Assert.InRange(offset, options.SnapshotEveryChanges ?? 1, store.Offset);
            string hash = store.StateHash(TestContext.Current.CancellationToken);
            store.Dispose();
            using IndexStore again = IndexStore.Open(path, s_options);
            Assert.InRange(again.Opening.Snapshot.Offset, offset, again.Offset);
            Assert.Equal(hash, again.StateHash(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_bit_that_flips_anywhere_in_a_snapshot_is_reported_and_the_one_before_is_used()
    {
        string hash;
        string newest;
        using (IndexStore store = Make())
        {
            await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, 7), version: 70), ItemChange.Delete(1, version: 1));
            newest = store.Snapshot(TestContext.Current.CancellationToken).Path;
            await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(8, 8)));
            hash = store.StateHash(TestContext.Current.CancellationToken);
        }

        byte[] bytes = File.ReadAllBytes(newest);
        var random = new Random(3);
        for (int place = 0; place < bytes.Length; place += random.Next(1, bytes.Length / 20))
        {
            byte[] damaged = [.. bytes];
            damaged[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(newest, damaged);
            StoreCheck check = StoreVerify.Run(Store, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(newest, Assert.Single(check.Faults).Path);
            using IndexStore store = IndexStore.Open(Store, s_options);
            Assert.Equal(newest, Assert.Single(store.Opening.Damaged).Path);
            Assert.Equal(0, store.Opening.Snapshot.Offset);
            Assert.Equal(3, store.Opening.Replayed);
            Assert.Equal(hash, store.StateHash(TestContext.Current.CancellationToken));
            Assert.True(File.Exists(newest + ".damaged"));
        }

        // Cut short, emptied, and no file at all: the last is what was never made.
        foreach (int length in (int[])[bytes.Length - 1, bytes.Length / 2, 7, 0])
        {
            File.WriteAllBytes(newest, bytes[..length]);
            using IndexStore store = IndexStore.Open(Store, s_options);
            Assert.Single(store.Opening.Damaged);
            Assert.Equal(hash, store.StateHash(TestContext.Current.CancellationToken));
        }

        using IndexStore last = IndexStore.Open(Store, s_options);
        Assert.Empty(last.Opening.Damaged);
        Assert.Equal(hash, last.StateHash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_no_snapshot_leads_to_is_refused_by_name()
    {
        string newest;
        using (IndexStore store = Make(options: s_options with { SnapshotsKept = 1 }))
        {
            for (int i = 0; i < 8; i++)
            {
                await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, i)), ItemChange.Upsert(LiveItems.Of(8, i)));
            }

            newest = store.Snapshot(TestContext.Current.CancellationToken).Path;
        }

        byte[] bytes = File.ReadAllBytes(newest);
        Assert.Empty(StoreVerify.Run(Store, cancellation: TestContext.Current.CancellationToken).Faults);
        File.WriteAllBytes(newest, [.. bytes[..^9], 1, .. bytes[^8..]]);
        Assert.Contains(
            "expected a snapshot that is whole; found 1, all damaged",
            Assert.Throws<StoreException>(() => IndexStore.Open(Store, s_options)).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(newest, bytes);

        // A log that has lost its end, and one that was made anew.
        foreach (string segment in Directory.GetFiles(Path.Combine(Store, "log"), "*.log"))
        {
            File.Delete(segment);
        }

        Assert.Contains(
            "expected a log with offset 16, where the snapshot was made; found one of 0 to 0",
            Assert.Throws<StoreException>(() => IndexStore.Open(Store, s_options)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Expected a log with offset 16",
            Assert.Single(StoreVerify.Run(Store, cancellation: TestContext.Current.CancellationToken).Faults).Message,
            StringComparison.Ordinal);
        File.Delete(newest);
        Assert.Contains(
            "expected a snapshot; found none",
            Assert.Throws<StoreException>(() => IndexStore.Open(Store, s_options)).Message,
            StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => IndexStore.Open(_folder.File("nowhere"), s_options));
        Assert.Throws<StoreException>(() => Make());
        Assert.Contains(
            "SnapshotsKept: expected 1 or more; found 0",
            Assert.Throws<ArgumentException>(() => IndexStore.Open(Store, s_options with { SnapshotsKept = 0 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_of_the_log_that_is_no_change_is_named()
    {
        using (IndexStore store = Make())
        {
            await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, 7)));
        }

        using (ChangeLog log = ChangeLog.Open(Path.Combine(Store, "log")))
        {
            await log.Append([5, 5]).Durable;
        }

        Assert.Contains(
            "Record 1: Record of changes, byte 0: expected format version 1; found 5",
            Assert.Single(StoreVerify.Run(Store, cancellation: TestContext.Current.CancellationToken).Faults).Message,
            StringComparison.Ordinal);
        Assert.Throws<ChangeFormatException>(() => IndexStore.Open(Store, s_options));
    }

    [Fact]
    public async Task A_table_that_changes_for_long_stays_small_and_shows_whole_states()
    {
        const int items = 100;
        using IndexStore store = Make(options: s_options with { SnapshotEveryChanges = 1_000, CompactAt = 1 }, items: items);
        await store.ApplyAsync([.. Enumerable.Range(0, items).Select(id => ItemChange.Upsert(LiveItems.Of(id, 1)))]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task writer = Task.Run(async () =>
        {
            // Keywords that nobody has any more pile up in a table's dictionaries, and are left behind.
            for (int number = 2; number < 120 || store.Status.SnapshotOffset < 5_000; number++)
            {
                await store.ApplyAsync([.. Enumerable.Range(0, items).Select(id => ItemChange.Upsert(LiveItems.Of(id, number)))]);
            }

            stop.Cancel();
        });
        int retrievers = 0;
        Retriever? last = null;
        int searches = 0;
        while (!stop.IsCancellationRequested || searches == 0)
        {
            using StoreLease lease = store.Lease();
            retrievers += lease.Retriever == last ? 0 : 1;
            last = lease.Retriever;
            SearchResponse found = lease.Retriever.Search(new SearchRequest
            {
                Embeddings = [new EmbeddingQuery("exact", new float[] { 1, 0.1f, 0.01f, 0.001f })], K = 2 * items, Fields = ["word"],
            });
            Assert.Equal(items, found.Hits.Count);
            Assert.Single(found.Hits.Select(hit => hit.Score).Distinct());
            Assert.Single(found.Hits.Select(hit => hit.Fields["word"][0].Text).Distinct());
            searches++;
        }

        await writer;
        Assert.Null(store.Status.Problem);
        Assert.True(retrievers > 1, "It was never compacted.");
        using StoreLease now = store.Lease();
        Assert.InRange(now.Retriever.Live.Table.UsedRows, items, 20 * items);
    }

    [Fact]
    public async Task A_retriever_that_was_replaced_answers_on_and_takes_no_changes()
    {
        IndexStore store = Make();
        Retriever first = store.Retriever;
        await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, 7)));
        store.Compact(TestContext.Current.CancellationToken);
        Assert.NotSame(first, store.Retriever);
        await store.ApplyAsync(ItemChange.Delete(7));
        Assert.Null(store.Get(7));
        Assert.NotNull(first.Get(7));
        Assert.Contains(
            "this one was replaced",
            Assert.Throws<ReplacedException>(() => first.Apply(ItemChange.Delete(0))).Message,
            StringComparison.Ordinal);
        StoreLease lease = store.Lease();
        store.Dispose();
        Assert.NotNull(lease.Retriever.Get(0));
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() => lease.Retriever);
        Assert.Throws<ObjectDisposedException>(() => store.Get(0));
        store.Dispose();
    }

    private string Store => _folder.File("store");

    private IndexStore Make(string? path = null, StoreOptions? options = null, int items = 3)
    {
        using ItemTable table = LiveItems.Build(IdKind.Integer, items);
        return IndexStore.Create(
            path ?? Store, new ModelContents { Items = table, Version = "v" }, options ?? s_options);
    }
}
