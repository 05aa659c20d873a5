using Linr.Index.Log.Files;

namespace Linr.Index.Log;

/// <summary>Writes and syncs groups at the end of a log, and begins new segments. One thread at a time.</summary>
internal sealed class LogWriter : IDisposable
{
    private readonly ILogFiles _files;
    private readonly long _segmentBytes;
    private readonly long _seed;
    private readonly TimeProvider _time;
    private ILogFile _file;
    private long _position;
    private long _nextNumber;
    private long _lastMs;

    private LogWriter(ILogFiles files, ChangeLogOptions options, Segment segment, ILogFile file)
    {
        _files = files;
        _segmentBytes = options.SegmentBytes;
        _time = options.Time;
        _seed = segment.Header.Seed;
        _file = file;
        Segment = segment;
    }

    /// <summary>The segment that the last group went to.</summary>
    public Segment Segment { get; private set; }

    /// <summary>Bytes of it that are durable.</summary>
    public long Position => _position;

    /// <summary>The offset that the next record gets.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Whether what the disk holds is not known any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Goes on behind what a scan found: cuts what is torn and syncs.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static LogWriter Open(ILogFiles files, LogScan scan, ChangeLogOptions options)
    {
        foreach (string name in scan.Unfinished)
        {
            files.Delete(name);
        }

        if (scan.Segments.Count == 0)
        {
            scan.Segments.Add(new Segment(new SegmentHeader(
                Guid.NewGuid(), 0, options.StartOffset, options.Time.GetUtcNow().ToUnixTimeMilliseconds())));
            CreateUnfinished(files, scan.Segments[0].Header).Dispose();
            Name(files, scan.Segments[0].Header);
        }

        Segment last = scan.Segments[^1];
        var writer = new LogWriter(files, options, last, files.Open(last.Name, forWriting: true))
        {
            _position = last.DurableBytes,
            _nextNumber = Math.Max(scan.NextNumber, last.Header.FirstNumber),
            NextOffset = Math.Max(scan.NextOffset, last.Header.FirstOffset),
            _lastMs = Math.Max(scan.LastMs, last.Header.CreatedMs),
        };
        try
        {
            if (scan.Cut is not null)
            {
                writer._file.Truncate(writer._position);
            }

            // What a killed process wrote may be in the system's memory only, names too: now it becomes durable.
            writer._file.Sync();
            files.SyncNames();
            writer.TryWriteMark();
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes a group without records. It proves that the group before it had been acknowledged, so that damage there
    /// is never taken for a torn write. Nothing acknowledged is lost without it: a full disk is no error here.
    /// </summary>
    public void TryWriteMark()
    {
        try
        {
            Write(new PendingGroup());
        }
        catch (LogWriteException) when (!IsStopped)
        {
        }
    }

    /// <summary>Writes and syncs a group, in a new segment if the last one is full.</summary>
    /// <exception cref="LogWriteException">The disk failed.</exception>
    public void Write(PendingGroup group)
    {
        // Never back, whatever the clock does: the records until a time are the first ones.
        _lastMs = Math.Max(_lastMs, _time.GetUtcNow().ToUnixTimeMilliseconds());

        // A mark stays where what it proves is, and no segment is begun twice.
        bool isFull = _position >= _segmentBytes || _lastMs - Segment.Header.CreatedMs > uint.MaxValue;
        if (isFull && group.Count > 0 && _nextNumber > Segment.Header.FirstNumber)
        {
            BeginSegment();
        }

        long createdMs = Segment.Header.CreatedMs;
        uint ageMs = createdMs == 0 ? 0 : (uint)Math.Min(_lastMs - createdMs, uint.MaxValue);
        ReadOnlySpan<byte> bytes = group.Finish(_nextNumber, NextOffset, ageMs, _seed);
        try
        {
            _file.Write(bytes, _position);
        }
        catch (Exception error) when (IsOfDisk(error))
        {
            throw Failed(Segment.Header, error, isStopped: !TryTruncate());
        }

        try
        {
            _file.Sync();
        }
        catch (Exception error) when (IsOfDisk(error))
        {
            // The system may have dropped the bytes and forgotten that it did: a second sync would prove nothing.
            throw Failed(Segment.Header, error, isStopped: true);
        }

        _position += bytes.Length;
        _nextNumber++;
        NextOffset += group.Count;
    }

    public void Dispose() => _file.Dispose();

    private void BeginSegment()
    {
        SegmentHeader header = Segment.Header with
        {
            FirstNumber = _nextNumber, FirstOffset = NextOffset, CreatedMs = _lastMs,
        };
        ILogFile file;
        try
        {
            file = CreateUnfinished(_files, header);
        }
        catch (Exception error) when (IsOfDisk(error))
        {
            throw Failed(header, error, isStopped: false);
        }

        _file.Dispose();
        _file = file;
        try
        {
            Name(_files, header);
        }
        catch (Exception error) when (IsOfDisk(error))
        {
            throw Failed(header, error, isStopped: true);
        }

        Segment = new Segment(header);
        _position = SegmentHeader.Bytes;
    }

    private bool TryTruncate()
    {
        try
        {
            _file.Truncate(_position);
            return true;
        }
        catch (Exception error) when (IsOfDisk(error))
        {
            return false;
        }
    }

    private LogWriteException Failed(SegmentHeader segment, Exception error, bool isStopped)
    {
        IsStopped |= isStopped;
        return new LogWriteException(_files.PathOf(segment.Name), error, isStopped);
    }

    private static bool IsOfDisk(Exception error) => error is IOException or UnauthorizedAccessException;

    // Under another name until its header is durable: a segment's header is never torn.
    private static ILogFile CreateUnfinished(ILogFiles files, SegmentHeader header)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        header.Write(bytes);
        ILogFile file = files.Create(header.Name + LogScan.UnfinishedExtension);
        try
        {
            file.Write(bytes, 0);
            file.Sync();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Name(ILogFiles files, SegmentHeader header)
    {
        files.Rename(header.Name + LogScan.UnfinishedExtension, header.Name);
        files.SyncNames();
    }
}
