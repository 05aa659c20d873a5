using Linr.Index.Log;

namespace Linr.Engine.Live;

/// <content>Changes that are in the log already, and another who takes over.</content>
internal sealed partial class ChangingItems
{
    private const int ReplayedAtOnce = 1_000;

    /// <summary>
    /// Whether the items come from a push whose mark the log does not have: the process ended between the push's
    /// snapshot and its mark.
    /// </summary>
    public bool LacksMark => _isBeforeMark;

    /// <summary>The push that the items come from.</summary>
    public PushPoint Push => _push;

    /// <summary>Makes the changes of the log that were not made yet.</summary>
    /// <exception cref="ArgumentException">The log is not this model's.</exception>
    /// <exception cref="ChangeLogException">The log is damaged.</exception>
    /// <exception cref="ChangeFormatException">A record is none that is known.</exception>
    public void Replay()
    {
        if (_log is null)
        {
            return;
        }

        long first = _offset!.Value;
        long end = _log.EndOffset;
        if (first < _log.FirstOffset || first > end)
        {
            throw new ArgumentException(
                $"Live.LogFolder: expected a log with offset {first}, where the model was saved; found one of "
                + $"{_log.FirstOffset} to {end}.");
        }

        ReplayFrom(_log.Read(first).Where(record => record.Offset < end), end);
    }

    /// <summary>Makes changes of a log up to an offset.</summary>
    /// <param name="records">Its records, from those on that were not made yet.</param>
    /// <param name="end">The offset of the first that is not to be made.</param>
    public void ReplayFrom(IEnumerable<LogRecord> records, long end)
    {
        var changes = new List<ItemChange>(ReplayedAtOnce);
        var positions = new List<SourcePosition>();
        ItemFit? fit = _isBeforeMark ? Fit : null;
        long next = _offset ?? 0;
        foreach (LogRecord record in records)
        {
            ReadOnlySpan<byte> bytes = record.Bytes.Span;
            if (PushMark.IsOne(bytes))
            {
                MakeAgain();
                Pass(record.Offset, PushMark.Read(bytes));
                fit = _isBeforeMark ? fit : null;
            }
            else if (PositionCodec.IsOne(bytes))
            {
                positions.Add(PositionCodec.Read(bytes));
            }
            else
            {
                ItemChange change = ChangeCodec.Read(bytes);
                changes.Add(fit?.Of(change) ?? change);
            }

            next = record.Offset + 1;
            if (changes.Count + positions.Count == ReplayedAtOnce)
            {
                MakeAgain();
            }
        }

        MakeAgain();
        MoveTo(end);

        void MakeAgain()
        {
            if (changes.Count + positions.Count > 0)
            {
                _ = Make(changes, positions, isLogged: true);
                changes.Clear();
                positions.Clear();
            }

            MoveTo(next);
            _options.Replayed?.Invoke(next, end);
        }
    }

    /// <summary>
    /// Has another take all further changes: what is in the log by then it makes too, and it has the log from then on.
    /// </summary>
    /// <param name="next">The other, of the same log.</param>
    /// <param name="isPush">Whether its items come from a push, whose mark is written now.</param>
    /// <exception cref="LogWriteException">The disk failed, and all is as before.</exception>
    public void HandOver(ChangingItems next, bool isPush)
    {
        lock (_applying)
        {
            _units?.Settle();
            next.Replay();
            if (isPush)
            {
                next.WriteMark();
            }

            _isReplaced = true;
        }
    }

    /// <summary>Writes the mark of the push that the items come from, behind all that is in the log.</summary>
    /// <exception cref="LogWriteException">The disk failed.</exception>
    public void WriteMark()
    {
        _log!.Append(PushMark.Write(_push.Number, _push.IsOfStore)).Durable.GetAwaiter().GetResult();
        _isBeforeMark = false;
        MoveTo(_log.EndOffset);
    }

    private void MoveTo(long offset)
    {
        _offset = offset;
        Interlocked.Exchange(ref _visibleOffset, offset);
    }

    private void Pass(long offset, long push)
    {
        if (push > _push.Number)
        {
            throw new ArgumentException(
                $"Expected a snapshot of push {push}, which record {offset} of the log tells of; found one of push "
                + $"{_push.Number}: the log alone cannot bring it further.");
        }

        _isBeforeMark &= push < _push.Number;
    }
}
