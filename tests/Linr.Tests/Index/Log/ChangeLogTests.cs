using Linr.Index.Log;
using Linr.Kernels.Tests;

namespace Linr.Tests.Index.Log;

/// <summary>A log in a real folder: appending, reading, going on, dropping.</summary>
public sealed class ChangeLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Records_come_back_in_order_and_the_log_goes_on()
    {
        using (ChangeLog log = Open())
        {
            LogAppend first = log.Append([1]);
            LogAppend second = log.Append(Records.Unit([2, 2], [], [3]));
            await second.Durable;
            Assert.Equal((0, 1, 1, 3), (first.FirstOffset, first.Count, second.FirstOffset, second.Count));
            Assert.True(first.Durable.IsCompletedSuccessfully);
            Assert.Equal(4, log.EndOffset);
            Records.AssertHolds(log, 0, [1], [2, 2], [], [3]);
            Records.AssertHolds(log, 2, [], [3]);
            Records.AssertHolds(log, 4);
        }

        using (ChangeLog log = Open())
        {
            Assert.Equal((0, 4, null), (log.Opened.FirstOffset, log.Opened.EndOffset, log.Opened.Cut));
            LogAppend next = log.Append([4]);
            await next.Durable;
            Assert.Equal(4, next.FirstOffset);
            Records.AssertHolds(log, 0, [1], [2, 2], [], [3], [4]);
        }

        Assert.Equal(5, ChangeLog.Verify(_folder.Root).EndOffset);
    }

    [Fact]
    public async Task Records_have_their_time_which_never_goes_back()
    {
        var clock = new SetClock { Now = new DateTimeOffset(2026, 5, 6, 7, 8, 9, 123, TimeSpan.Zero) };
        var options = new ChangeLogOptions { Time = clock, SegmentBytes = 300 };
        DateTimeOffset start = clock.Now;
        for (int life = 0; life < 2; life++)
        {
            using ChangeLog log = Open(options);
            foreach (int ms in (int[])[0, 250, -5_000, 1_000])
            {
                clock.Now += TimeSpan.FromMilliseconds(ms);
                await log.Append(Records.Of(ms, 100)).Durable;
            }
        }

        // 50 days later the segment's clock of 32 bits is over: there is another one.
        clock.Now = start + TimeSpan.FromDays(60);
        using ChangeLog last = Open(options with { SegmentBytes = 1_000_000 });
        await last.Append([7]).Durable;
        Assert.Equal(
            [0, 250, 250, 250, 250, 250, 250, 250, 60 * 86_400_000L],
            last.Read(0).Select(record => (long)(record.WrittenAt!.Value - start).TotalMilliseconds));
    }

    [Fact]
    public async Task Closing_makes_durable_what_was_appended()
    {
        LogAppend append;
        using (ChangeLog log = Open())
        {
            append = log.Append([7]);
        }

        await append.Durable;
        using ChangeLog again = Open();
        Records.AssertHolds(again, 0, [7]);
    }

    [Fact]
    public async Task Old_segments_are_dropped_whole_and_offsets_go_on()
    {
        var options = new ChangeLogOptions { SegmentBytes = 1_000, StartOffset = 70 };
        using (ChangeLog log = Open(options))
        {
            for (int i = 0; i < 20; i++)
            {
                await log.Append(Records.Of(70 + i, 400)).Durable;
            }

            log.DropBefore(80);
            Assert.InRange(log.FirstOffset, 71, 80);
            Assert.Equal(90, log.EndOffset);
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(70));
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(91));
            long[] offsets = [.. log.Read(80).Select(record => record.Offset)];
            Assert.Equal(Enumerable.Range(80, 10).Select(offset => (long)offset), offsets);
            log.DropBefore(long.MaxValue);
            Assert.Single(_folder.FileNames(), name => name.EndsWith(".log", StringComparison.Ordinal));
        }

        using ChangeLog again = Open(options);
        Assert.Equal(90, again.Append([1]).FirstOffset);
    }

    [Fact]
    public async Task A_reader_whose_records_are_dropped_hears_of_it()
    {
        using ChangeLog log = Open(new ChangeLogOptions { SegmentBytes = 1 });
        for (int i = 0; i < 5; i++)
        {
            await log.Append([1]).Durable;
        }

        using IEnumerator<LogRecord> records = log.Read(0).GetEnumerator();
        Assert.True(records.MoveNext());
        log.DropBefore(4);
        Assert.Throws<InvalidOperationException>(() => records.MoveNext());
    }

    [Fact]
    public void One_opens_a_log_at_a_time()
    {
        using ChangeLog log = Open();
        Assert.ThrowsAny<IOException>(() => Open());
    }

    [Fact]
    public void A_closed_log_and_wrong_arguments_are_refused()
    {
        ChangeLog log = Open();
        Assert.Throws<ArgumentException>(() => log.Append(new LogUnit()));
        Assert.Throws<ArgumentException>(() => log.Append(new byte[Limits.LogUnitBytesMax]));
        log.Dispose();
        log.Dispose();
        Assert.Throws<ObjectDisposedException>(() => log.Append([1]));
        Assert.Throws<ObjectDisposedException>(() => log.Read(0));
        Assert.Throws<DirectoryNotFoundException>(() => ChangeLog.Verify(_folder.File("none")));
    }

    [Fact]
    public async Task Many_append_and_read_at_a_time()
    {
        using ChangeLog log = Open(new ChangeLogOptions { SegmentBytes = 40_000, PendingBytesMax = 5_000 });
        using var ended = new CancellationTokenSource();
        Task<long>[] writers = [.. Enumerable.Range(0, 8).Select(writer => Task.Run(() => Write(log, writer)))];
        Task reader = Task.Run(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                long next = 0;
                foreach (LogRecord record in log.Read(0))
                {
                    Assert.Equal(next++, record.Offset);
                }
            }
        });
        long[] sums = await Task.WhenAll(writers);
        await ended.CancelAsync();
        await reader;
        LogSummary summary = log.Verify();
        Assert.Equal((0, 8 * 100 * 3), (summary.FirstOffset, summary.EndOffset));
        Assert.Equal(sums.Sum(), log.Read(0).Sum(record => (long)record.Bytes.Span[0]));
    }

    [Fact]
    public async Task Appending_allocates_nothing()
    {
        using ChangeLog log = Open();
        // Both buffers grow to what is appended below.
        await log.Append(new byte[1_000_000]).Durable;
        await log.Append(new byte[1_000_000]).Durable;
        byte[] record = Records.Of(1, 600);
        LogUnit unit = Records.Unit(record, record);
        _ = log.Append(record);
        await log.Append(unit).Durable;
        AppendAll();

        void AppendAll() => Assert.Equal(0, Allocations.OfPass(
            () =>
            {
                _ = log.Append(record);
                _ = log.Append(unit);
            },
            calls: 250));
    }

    private static async Task<long> Write(ChangeLog log, int writer)
    {
        long sum = 0;
        for (int i = 0; i < 100; i++)
        {
            byte one = (byte)(writer + i);
            LogAppend append = log.Append(Records.Unit([one], [one, 1, 2], Records.Of(one, 300)));
            await append.Durable;
            sum += one + one + log.Read(append.FirstOffset).First().Bytes.Span[0];
            sum += log.Read(append.FirstOffset + 2).First().Bytes.Span[0] - one;
        }

        return sum;
    }

    public void Dispose() => _folder.Dispose();

    private ChangeLog Open(ChangeLogOptions? options = null) => ChangeLog.Open(_folder.Root, options);

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
