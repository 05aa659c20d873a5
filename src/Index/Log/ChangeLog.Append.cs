namespace Linr.Index.Log;

// Appending: callers fill a group, one thread writes and syncs it while the next one fills.
public sealed partial class ChangeLog
{
    /// <summary>
    /// Appends a record. Waits for room while more than <see cref="ChangeLogOptions.PendingBytesMax"/> wait for the
    /// disk; else returns at once, and <see cref="LogAppend.Durable"/> ends when the record is durable.
    /// </summary>
    /// <exception cref="ArgumentException">It is longer than a unit may be.</exception>
    /// <exception cref="LogWriteException">The disk failed before, and the log is stopped.</exception>
    public LogAppend Append(ReadOnlySpan<byte> record)
    {
        long bytes = (long)LogUnit.LengthBytes + record.Length;
        LogUnit.ThrowIfTooLong(bytes);
        lock (_gate)
        {
            WaitForRoom((int)bytes);
            _pending.AddRecord(record);
            return Appended(1);
        }
    }

    /// <summary>Appends records as one unit: after a crash all of them are there or none.</summary>
    /// <inheritdoc cref="Append(ReadOnlySpan{byte})"/>
    public LogAppend Append(LogUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        if (unit.Count == 0)
        {
            throw new ArgumentException("Expected a unit of one record or more; found an empty one.", nameof(unit));
        }

        lock (_gate)
        {
            WaitForRoom(unit.Bytes);
            _pending.AddFrames(unit.Frames, unit.Count);
            return Appended(unit.Count);
        }
    }

    /// <summary>
    /// Appends a unit if it is the next one that its caller expects: else records before it failed, and nothing is
    /// appended. For the only one who appends.
    /// </summary>
    /// <inheritdoc cref="Append(ReadOnlySpan{byte})" path="/exception"/>
    internal bool TryAppend(LogUnit unit, long offset, out LogAppend append)
    {
        lock (_gate)
        {
            WaitForRoom(unit.Bytes);
            bool isNext = _nextOffset == offset;
            append = default;
            if (isNext)
            {
                _pending.AddFrames(unit.Frames, unit.Count);
                append = Appended(unit.Count);
            }

            return isNext;
        }
    }

    private void WaitForRoom(int bytes)
    {
        ThrowIfUnusable();
        while (_pending.Count > 0 && (long)_pending.BodyBytes + bytes > _options.PendingBytesMax)
        {
            Monitor.Wait(_gate);
            ThrowIfUnusable();
        }
    }

    private LogAppend Appended(int count)
    {
        long first = _nextOffset;
        _nextOffset += count;
        if (_pending.Count == count)
        {
            Monitor.PulseAll(_gate);
        }

        return new LogAppend(first, count, _pending.Durable);
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_stopped is not null)
        {
            throw new LogWriteException(_files.PathOf(_writer.Segment.Name), _stopped, isStopped: true);
        }
    }

    private void CommitAll()
    {
        while (true)
        {
            PendingGroup group;
            lock (_gate)
            {
                while (_pending.Count == 0 && !_isDisposed)
                {
                    Monitor.Wait(_gate);
                }

                if (_pending.Count == 0)
                {
                    return;
                }

                group = _pending;
                (_pending, _spare) = (_spare, _pending);
                Monitor.PulseAll(_gate);
            }

            Exception? error = TryWrite(group);
            PendingGroup? behind = null;
            lock (_gate)
            {
                NoteWritten();
                if (error is not null)
                {
                    behind = GiveUpPending(error);
                }
            }

            group.Complete(error);
            behind?.Complete(error);
        }
    }

    private Exception? TryWrite(PendingGroup group)
    {
        try
        {
            _writer.Write(group);
            return null;
        }
        catch (LogWriteException error)
        {
            return error;
        }
        catch (Exception error)
        {
            // We are wrong: those who wait hear of it, and nothing is acknowledged any more.
            return error;
        }
    }

    private void NoteWritten()
    {
        if (_segments[^1] != _writer.Segment)
        {
            _segments.Add(_writer.Segment);
        }

        _writer.Segment.DurableBytes = _writer.Position;
        _endOffset = _writer.NextOffset;
    }

    // What came meanwhile was given offsets behind the group that failed, and fails with it.
    private PendingGroup? GiveUpPending(Exception error)
    {
        if (_writer.IsStopped || error is not LogWriteException)
        {
            _stopped = error;
        }

        _nextOffset = _endOffset;
        Monitor.PulseAll(_gate);
        if (_pending.Count == 0)
        {
            return null;
        }

        PendingGroup behind = _pending;
        _pending = new PendingGroup();
        return behind;
    }
}
