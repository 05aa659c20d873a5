using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>A full disk and a disk that fails: appends fail, and nothing acknowledged is lost.</summary>
public sealed class DiskFailureTests
{
    private static readonly ChangeLogOptions s_options = new() { SegmentBytes = 1_000 };

    [Fact]
    public async Task A_full_disk_fails_the_append_and_the_log_goes_on_when_there_is_room()
    {
        // Every amount of room, so that the disk is full at each byte of a group and of a segment's header.
        for (int room = 0; room < 700; room += 7)
        {
            var files = new FaultyFiles();
            using ChangeLog log = ChangeLog.Open(files, s_options);
            await log.Append(Records.Of(0, 500)).Durable;
            files.SpaceBytes = room;
            var kept = new List<byte[]> { Records.Of(0, 500) };
            for (int i = 1; i < 6; i++)
            {
                if (await TryAppend(log, Records.Of(i, 200), kept.Count))
                {
                    kept.Add(Records.Of(i, 200));
                }
            }

            Assert.True(kept.Count < 5);
            Records.AssertHolds(log, 0, [.. kept]);
            files.SpaceBytes = long.MaxValue;
            kept.Add([1, 2, 3]);
            Assert.True(await TryAppend(log, [1, 2, 3], kept.Count - 1));
            Records.AssertHolds(log, 0, [.. kept]);
            using ChangeLog again = ChangeLog.Open(files.AfterPowerCut(new Random(room)), s_options);
            Records.AssertHolds(again, 0, [.. kept]);
        }
    }

    [Fact]
    public async Task A_full_disk_still_opens()
    {
        var files = new FaultyFiles();
        using (ChangeLog log = ChangeLog.Open(files, s_options))
        {
            await log.Append([5]).Durable;
        }

        files.SpaceBytes = 10;
        using ChangeLog again = ChangeLog.Open(files, s_options);
        Records.AssertHolds(again, 0, [5]);
        LogWriteException error = await Assert.ThrowsAsync<LogWriteException>(() => again.Append([1]).Durable);
        Assert.False(error.IsStopped);
    }

    [Fact]
    public async Task After_a_failed_sync_the_log_takes_nothing_more_and_what_was_acknowledged_is_there()
    {
        var files = new FaultyFiles();
        using ChangeLog log = ChangeLog.Open(files, s_options);
        await log.Append([5]).Durable;
        files.FailSyncs = true;
        LogWriteException error = await Assert.ThrowsAsync<LogWriteException>(() => log.Append([6]).Durable);
        Assert.True(error.IsStopped);
        files.FailSyncs = false;
        Assert.True(Assert.Throws<LogWriteException>(() => log.Append([7])).IsStopped);
        Records.AssertHolds(log, 0, [5]);
        using ChangeLog again = ChangeLog.Open(files.AfterPowerCut(new Random(1)), s_options);
        Records.AssertHolds(again, 0, [5]);
    }

    [Fact]
    public async Task After_a_failed_drop_no_more_is_dropped_and_no_power_cut_leaves_a_gap()
    {
        var files = new FaultyFiles();
        using ChangeLog log = ChangeLog.Open(files, new ChangeLogOptions { SegmentBytes = 1 });
        for (byte i = 0; i < 5; i++)
        {
            await log.Append([i]).Durable;
        }

        files.FailSyncs = true;
        Assert.Throws<IOException>(() => log.DropBefore(3));
        files.FailSyncs = false;
        Assert.Throws<IOException>(() => log.DropBefore(3));
        Records.AssertHolds(log, 3, [3], [4]);
        for (int seed = 0; seed < 20; seed++)
        {
            using ChangeLog again = ChangeLog.Open(files.Copy().AfterPowerCut(new Random(seed)), s_options);
            Records.AssertHolds(again, 3, [3], [4]);
        }
    }

    private static async Task<bool> TryAppend(ChangeLog log, byte[] record, long expectedOffset)
    {
        LogAppend append = log.Append(record);
        try
        {
            await append.Durable;
            Assert.Equal(expectedOffset, append.FirstOffset);
            return true;
        }
        catch (LogWriteException error)
        {
            Assert.False(error.IsStopped);
            return false;
        }
    }
}
