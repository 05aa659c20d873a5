using CsCheck;
using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>A damaged log: a torn tail is cut and reported, anything else is refused, and nothing passes.</summary>
public sealed class DamageTests
{
    private const int RecordCount = 8;
    private static readonly ChangeLogOptions s_options = new() { SegmentBytes = 300 };

    [Fact]
    public void Every_byte_of_the_last_record_torn_in_turn_is_cut_and_reported()
    {
        (FaultyFiles killed, int start) = Write(isClosed: false);
        string name = killed.Names.Last();
        byte[] bytes = killed[name];
        for (int at = start; at < bytes.Length; at++)
        {
            byte[] kept = bytes[..at];
            AssertCut(killed, name, start, kept);
            AssertCut(killed, name, start, [.. kept, .. new byte[bytes.Length - at]]);
            AssertCut(killed, name, start, [.. kept, .. Records.Of(at, bytes.Length - at)]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_single_bit_that_flips_is_found(bool isClosed)
    {
        (FaultyFiles whole, int start) = Write(isClosed);
        string last = whole.Names.Last();
        Assert.True(whole.Names.Count() >= 2);
        int cuts = 0;
        foreach (string name in whole.Names)
        {
            byte[] bytes = whole[name];
            for (int bit = 0; bit < 8 * bytes.Length; bit++)
            {
                byte[] flipped = [.. bytes];
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                FaultyFiles files = whole.Copy();
                files[name] = flipped;
                try
                {
                    // Only a group that nothing follows may be taken for a torn write: the mark of closing, if closed.
                    LogSummary summary = LogScan.Run(files).Summary;
                    Assert.Equal((last, (long)start), (summary.Cut!.Path, summary.Cut.ByteOffset));
                    Assert.Equal(isClosed ? RecordCount : RecordCount - 1, summary.EndOffset);
                    cuts++;
                }
                catch (ChangeLogException error)
                {
                    Assert.Equal(name, error.Path);
                    Assert.InRange(error.ByteOffset, 0, bit / 8);
                }
            }
        }

        Assert.Equal(8 * (whole[last].Length - start), cuts);
    }

    [Fact]
    public void Any_bytes_behind_a_header_are_cut_or_refused_by_name()
    {
        (FaultyFiles killed, int start) = Write(isClosed: false);
        string name = killed.Names.Last();
        byte[] bytes = killed[name];
        Gen.Select(Gen.Int[SegmentHeader.Bytes, bytes.Length], Gen.Byte.Array[0, 200], Gen.Int[0, bytes.Length]).Sample(
            (at, garbage, rest) =>
            {
                // Some of the log, then anything, then perhaps some of the log again, shifted.
                FaultyFiles files = killed.Copy();
                byte[] changed = [.. bytes[..at], .. garbage, .. bytes[rest..]];
                files[name] = changed;
                try
                {
                    LogSummary summary = LogScan.Run(files).Summary;
                    Assert.InRange(summary.EndOffset, 0, RecordCount);
                }
                catch (ChangeLogException error)
                {
                    Assert.Equal(name, error.Path);

                    // What comes first of anything may be what was there.
                    Assert.InRange(error.ByteOffset, 0, changed.AsSpan().CommonPrefixLength(bytes));
                }
            },
            iter: 5_000);
    }

    [Fact]
    public void A_missing_segment_is_found()
    {
        (FaultyFiles whole, _) = Write(isClosed: true);
        foreach (string name in whole.Names.Skip(1).SkipLast(1))
        {
            FaultyFiles files = whole.Copy();
            files.Delete(name);
            AssertRefused(files);
        }
    }

    [Fact]
    public void A_segment_of_another_log_is_found()
    {
        (FaultyFiles one, _) = Write(isClosed: true);
        (FaultyFiles other, _) = Write(isClosed: true);
        foreach (string name in one.Names)
        {
            FaultyFiles files = one.Copy();
            files[name] = other[name];
            AssertRefused(files);
        }
    }

    [Fact]
    public void A_segment_that_is_too_short_or_too_long_is_found()
    {
        (FaultyFiles whole, _) = Write(isClosed: true);
        foreach (string name in whole.Names.SkipLast(1))
        {
            FaultyFiles files = whole.Copy();
            files[name] = whole[name][..SegmentHeader.Bytes];
            AssertRefused(files);
            files = whole.Copy();
            files[name] = [.. whole[name], 0];
            AssertRefused(files);
        }
    }

    [Fact]
    public void A_group_that_comes_twice_at_the_end_is_cut()
    {
        (FaultyFiles killed, int start) = Write(isClosed: false);
        string name = killed.Names.Last();
        killed[name] = [.. killed[name], .. killed[name][start..]];
        using ChangeLog log = ChangeLog.Open(killed, s_options);
        Assert.Contains("expected group", log.Opened.Cut!.Reason, StringComparison.Ordinal);
        Assert.Equal(RecordCount, log.EndOffset);
    }

    [Fact]
    public void Damage_that_comes_while_the_log_is_open_is_found_by_reading_and_by_verifying()
    {
        (FaultyFiles files, _) = Write(isClosed: true);
        using ChangeLog log = ChangeLog.Open(files, s_options);
        string first = files.Names.First();
        byte[] bytes = files[first];
        bytes[^1] ^= 1;
        files[first] = bytes;
        Assert.Equal(first, Assert.Throws<ChangeLogException>(() => Records.All(log, 0)).Path);
        Assert.Equal(first, Assert.Throws<ChangeLogException>(() => log.Verify()).Path);
    }

    private static void AssertRefused(FaultyFiles files)
        => Assert.Throws<ChangeLogException>(() => ChangeLog.Open(files, s_options));

    private static void AssertCut(FaultyFiles killed, string name, int start, byte[] torn)
    {
        FaultyFiles files = killed.Copy();
        files[name] = torn;
        using ChangeLog log = ChangeLog.Open(files, s_options);
        if (torn.Length == start)
        {
            Assert.Null(log.Opened.Cut);
        }
        else
        {
            LogCut cut = log.Opened.Cut!;
            Assert.Equal(
                (name, start, torn.Length - start, RecordCount - 1L),
                (cut.Path, (int)cut.ByteOffset, (int)cut.Bytes, cut.Offset));
        }

        LogAppend next = log.Append([9]);
        next.Durable.GetAwaiter().GetResult();
        Assert.Equal(RecordCount - 1, next.FirstOffset);
        Assert.Equal([9], log.Read(RecordCount - 1).Single().Bytes.ToArray());
    }

    // A log of a few segments, each record a group; and where the last group starts.
    private static (FaultyFiles Files, int Start) Write(bool isClosed)
    {
        var files = new FaultyFiles();
        ChangeLog log = ChangeLog.Open(files, s_options);
        int start = 0;
        for (int i = 0; i < RecordCount; i++)
        {
            start = files[files.Names.Last()].Length;
            log.Append(Records.Of(i, 70 + i)).Durable.GetAwaiter().GetResult();
        }

        FaultyFiles killed = files.Copy();
        start = isClosed ? files[files.Names.Last()].Length : start;
        log.Dispose();
        return (isClosed ? files : killed, start);
    }
}
