namespace Linr.Server.Security.Audit;

/// <summary>How many lines of one kind a second has, and how many were left out. Safe for concurrent callers.</summary>
/// <param name="time">Says when a second is over.</param>
internal sealed class LineAllowance(TimeProvider time)
{
    /// <summary>Lines of a second.</summary>
    public const int LinesPerSecond = 10;

    private readonly Lock _lock = new();
    private long _second = long.MinValue;
    private int _lines;
    private long _leftOut;

    /// <summary>Whether a line may be written.</summary>
    /// <param name="leftOut">How many were not, since the last that was.</param>
    public bool TryTake(out long leftOut)
    {
        long second = time.GetTimestamp() / time.TimestampFrequency;
        lock (_lock)
        {
            if (second != _second)
            {
                (_second, _lines) = (second, 0);
            }

            leftOut = _leftOut;
            if (_lines == LinesPerSecond)
            {
                _leftOut++;
                return false;
            }

            _lines++;
            _leftOut = 0;
            return true;
        }
    }
}
