using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>A store as it was at an offset or a time, pushes among what happened.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SetClock _clock = new() { Now = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero) };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Every_point_is_as_it_was(int seed)
    {
        var random = new Random(seed);
        var points = new List<(long Offset, DateTimeOffset Time, string Hash, string Version)>();
        using (IndexStore store = Make())
        {
            for (int step = 0; step < 24; step++)
            {
                switch (random.Next(8))
                {
                    case 0:
                        store.Snapshot(TestContext.Current.CancellationToken);
                        break;
                    case 1:
                        store.Push(WritePushed(step), new PushOptions { Items = (PushItems)random.Next(2) });
                        break;
                    case 2:
                        store.Compact(TestContext.Current.CancellationToken);
                        break;
                    default:
                        await store.ApplyAsync([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Draw(random, step))]);
                        break;
                }

                points.Add((store.Offset, _clock.Now, store.StateHash(TestContext.Current.CancellationToken), store.ModelVersion));
                _clock.Now += TimeSpan.FromSeconds(1);
            }
        }

        foreach ((long offset, DateTimeOffset time, string hash, string version) in points)
        {
            StorePoint point = random.Next(2) == 0
                ? StorePoint.Before(offset) : StorePoint.At(time + TimeSpan.FromSeconds(0.5));
            AssertRestored(point, offset, hash, version);
        }

        AssertRestored(StorePoint.Latest, points[^1].Offset, points[^1].Hash, points[^1].Version);
        Assert.Contains(
            $"expected an offset of 0 to {points[^1].Offset}",
            Assert.Throws<StoreException>(() => Restore(StorePoint.Before(points[^1].Offset + 1))).Message,
            StringComparison.Ordinal);

        // A store made of a restored model begins anew with its items.
        Restore(StorePoint.Before(points[12].Offset));
        using IndexStore other = IndexStore.Create(_folder.File("other"), _folder.File("restored.linr"), Options);
        Assert.Equal((0, points[12].Hash), (other.Offset, other.StateHash(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_point_before_the_oldest_snapshot_and_a_damaged_one_are_named()
    {
        StoreSnapshot[] kept;
        using (IndexStore store = Make(Options with { SnapshotsKept = 2 }))
        {
            for (int i = 0; i < 10; i++)
            {
                await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(7, i)), ItemChange.Upsert(LiveItems.Of(8, i)));
                store.Snapshot(TestContext.Current.CancellationToken);
            }

            await store.ApplyAsync(ItemChange.Delete(7));
            kept = [.. store.Snapshots];

            // It is restored while it serves, too.
            Assert.Equal(20, Restore(StorePoint.Latest).Snapshot.Offset);
        }

        Assert.Contains(
            "expected a snapshot that leads to offset 17; found 2, of offsets 18 to 20",
            Assert.Throws<StoreException>(() => Restore(StorePoint.Before(17))).Message,
            StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => Restore(StorePoint.At(_clock.Now - TimeSpan.FromDays(1))));
        byte[] bytes = File.ReadAllBytes(kept[1].Path);
        bytes[^1_000] ^= 1;
        File.WriteAllBytes(kept[1].Path, bytes);
        StoreRestored restored = Restore(StorePoint.Latest);
        Assert.Equal((18, 21, 3), (restored.Snapshot.Offset, restored.Offset, restored.Replayed));
        Assert.Equal(kept[1].Path, Assert.Single(restored.Damaged).Path);
    }

    private StoreOptions Options => new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
        Log = new ChangeLogOptions { SegmentBytes = 1_500, Time = _clock },
        SnapshotsKept = 100,
        SnapshotEveryChanges = null,
        SnapshotEveryLogBytes = null,
    };

    private void AssertRestored(StorePoint point, long offset, string hash, string version)
    {
        Assert.Equal(offset, Restore(point).Offset);
        using var restored = Retriever.Open(
            _folder.File("restored.linr"), new RetrieverOptions { Threads = 1, Live = new LiveOptions() });
        Assert.Equal((hash, version), (restored.StateHash(TestContext.Current.CancellationToken), restored.ModelVersion));
    }

    private StoreRestored Restore(StorePoint point) => StoreRestore.Run(
        _folder.File("store"), point, _folder.File("restored.linr"), TestContext.Current.CancellationToken);

    private IndexStore Make(StoreOptions? options = null)
    {
        using ItemTable items = LiveItems.Build(IdKind.Integer, 5);
        return IndexStore.Create(
            _folder.File("store"), new ModelContents { Items = items, Version = "made" }, options ?? Options);
    }

    private string WritePushed(int step)
    {
        string path = _folder.File("pushed.linr");
        using ItemTable items = LiveItems.Build(IdKind.Integer, step);
        ModelWriter.Write(path, new ModelContents { Items = items, Version = $"pushed {step}" });
        return path;
    }

    private static ItemChange Draw(Random random, int version)
    {
        ItemId id = random.Next(30);
        return random.Next(4) == 0
            ? ItemChange.Delete(id, version) : ItemChange.Upsert(LiveItems.Of(id, random.Next(1_000)), version);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
