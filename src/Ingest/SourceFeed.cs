namespace Linr.Ingest;

/// <summary>What a source is read with, and where it tells how it stands. Safe for several threads.</summary>
public sealed class SourceFeed
{
    /// <summary>Notices that are kept.</summary>
    public const int NoticesMax = 20;

    private readonly Lock _lock = new();
    private readonly List<string> _notices = [];
    private SourceState _state = SourceState.Starting;
    private (long Value, string Unit)? _lag;

    internal SourceFeed(Schema schema, SourcePosition? position, TimeProvider time)
        => (Schema, Position, Time) = (schema, position, time);

    /// <summary>What the items look like.</summary>
    public Schema Schema { get; }

    /// <summary>Where to go on; null where nothing came yet.</summary>
    public SourcePosition? Position { get; internal set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>How it stands.</summary>
    public SourceState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }

        set
        {
            lock (_lock)
            {
                _state = value;
            }
        }
    }

    /// <summary>Something that should be known and is no error; kept once.</summary>
    public void Notice(string text)
    {
        lock (_lock)
        {
            if (_notices.Contains(text))
            {
                return;
            }

            if (_notices.Count == NoticesMax)
            {
                _notices.RemoveAt(0);
            }

            _notices.Add(text);
        }
    }

    /// <summary>How much there is that was not read yet.</summary>
    /// <param name="value">So much; 0 where all was read.</param>
    /// <param name="unit">Of these: <c>bytes</c>, <c>messages</c>.</param>
    public void SetLag(long value, string unit)
    {
        lock (_lock)
        {
            _lag = (value, unit);
        }
    }

    internal SourceStatus AddTo(SourceStatus status)
    {
        lock (_lock)
        {
            return status with { State = _state, Lag = _lag?.Value, LagUnit = _lag?.Unit, Notices = [.. _notices] };
        }
    }
}
