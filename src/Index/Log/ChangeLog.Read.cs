using System.Diagnostics;
using Linr.Index.Log.Files;

namespace Linr.Index.Log;

// Reading what is durable, and dropping what is old.
public sealed partial class ChangeLog
{
    /// <summary>
    /// The durable records from an offset on, up to the newest when this is called. Appends and retention go on
    /// meanwhile.
    /// </summary>
    /// <param name="offset">The first offset: <see cref="FirstOffset"/> to <see cref="EndOffset"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset was dropped, or is beyond the end.</exception>
    /// <exception cref="ChangeLogException">While reading: the log is damaged.</exception>
    /// <exception cref="InvalidOperationException">While reading: the next record was dropped meanwhile.</exception>
    public IEnumerable<LogRecord> Read(long offset)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ArgumentOutOfRangeException.ThrowIfLessThan(offset, _segments[0].Header.FirstOffset);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, _endOffset);
            return ReadRecords(offset, _endOffset);
        }
    }

    /// <summary>Reads and checks all that is durable.</summary>
    /// <exception cref="ChangeLogException">The log is damaged.</exception>
    public LogSummary Verify()
    {
        long groups = 0;
        long bytes = 0;
        Segment[] segments;
        long endOffset;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            (segments, endOffset) = ([.. _segments], _endOffset);
        }

        foreach (Segment segment in segments)
        {
            // One that retention has dropped meanwhile is no damage.
            if (OpenReader(segment, out GroupReader? reader) is not { } file)
            {
                continue;
            }

            using (file)
            {
                while (reader!.Read())
                {
                    groups++;
                }

                ThrowIfDamaged(segment, reader);
                bytes += reader.Position;
            }
        }

        return new LogSummary(segments[0].Header.FirstOffset, endOffset, segments.Length, groups, bytes, Cut: null);
    }

    /// <summary>
    /// Drops old records: every file whose records all come before an offset. Records from the offset on stay, and
    /// some before it may. The newest file always stays.
    /// </summary>
    /// <exception cref="IOException">
    /// The disk failed, now or before. Nothing more is dropped then until the log is opened again, which finds the
    /// files that are still there.
    /// </exception>
    public void DropBefore(long offset)
    {
        // One by one, each removed for good before the next, the oldest first: a power cut leaves no gap.
        lock (_dropGate)
        {
            while (TakeOldest(offset) is { } segment)
            {
                try
                {
                    _files.Delete(segment.Name);
                    _files.SyncNames();
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    _dropError = error;
                    throw;
                }
            }
        }
    }

    private Segment? TakeOldest(long offset)
    {
        if (_dropError is not null)
        {
            throw new IOException($"Old records cannot be dropped: {_dropError.Message}", _dropError);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_segments.Count == 1 || _segments[1].Header.FirstOffset > offset)
            {
                return null;
            }

            Segment segment = _segments[0];
            _segments.RemoveAt(0);
            return segment;
        }
    }

    private IEnumerable<LogRecord> ReadRecords(long offset, long endOffset)
    {
        while (offset < endOffset)
        {
            Segment segment = Find(offset);
            long first = offset;
            using ILogFile file = OpenReader(segment, out GroupReader? reader) ?? throw Dropped(offset);
            foreach (LogRecord record in reader!.Records(offset, endOffset))
            {
                yield return record;
                offset = record.Offset + 1;
            }

            ThrowIfDamaged(segment, reader!);
            if (offset == first)
            {
                throw new UnreachableException($"Segment {segment.Name} has no record {offset}.");
            }
        }
    }

    // The last segment that starts at or before an offset: those before it end there.
    private Segment Find(long offset)
    {
        lock (_gate)
        {
            return _segments.FindLast(segment => segment.Header.FirstOffset <= offset) ?? throw Dropped(offset);
        }
    }

    // Under the gate, so that no file is removed between its being found and being opened.
    private ILogFile? OpenReader(Segment segment, out GroupReader? reader)
    {
        reader = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_segments.Contains(segment))
            {
                return null;
            }

            ILogFile file = _files.Open(segment.Name, forWriting: false);
            try
            {
                segment.ThrowIfOther(_files, file);
                reader = new GroupReader(file, segment.Header, segment.DurableBytes);
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    private void ThrowIfDamaged(Segment segment, GroupReader reader)
    {
        if (reader.Fault is { } fault)
        {
            throw new ChangeLogException(_files.PathOf(segment.Name), reader.NextOffset, fault);
        }
    }

    private static InvalidOperationException Dropped(long offset)
        => new($"Record {offset} was dropped while the records before it were read.");
}
