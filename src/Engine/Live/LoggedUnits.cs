using Linr.Index.Log;

namespace Linr.Engine.Live;

/// <summary>
/// Sets of changes on their way into a log, each a unit, in the order in which they were made. One that the disk has
/// refused can be seen none the less: it goes into the log again before any other does, so that the log always has what
/// can be seen, in order. One caller at a time; nobody else appends.
/// </summary>
internal sealed class LoggedUnits(ChangeLog log)
{
    private const int SpareBytesMax = 1024 * 1024;
    private const int SpareMax = 64;

    private readonly Queue<(LogUnit Unit, Task Durable)> _waiting = [];
    private readonly Stack<LogUnit> _spare = [];

    /// <summary>The offset of the record that comes next.</summary>
    public long NextOffset { get; private set; } = log.EndOffset;

    /// <summary>Appends a set; what is returned ends when it is on the disk.</summary>
    /// <exception cref="ArgumentException">
    /// A change is beyond <see cref="Limits"/>, or the set is longer than a unit may be.
    /// </exception>
    /// <exception cref="LogWriteException">The disk failed before, and still does.</exception>
    public Task Append(IReadOnlyList<ItemChange> changes, IReadOnlyList<SourcePosition> positions)
    {
        LogUnit unit = _spare.TryPop(out LogUnit? spare) ? spare : new LogUnit();
        try
        {
            foreach (ItemChange change in changes)
            {
                unit.Add(change);
            }

            foreach (SourcePosition position in positions)
            {
                unit.Add(position);
            }

            LogAppend append;
            AppendFailedAgain();
            while (!log.TryAppend(unit, NextOffset, out append))
            {
                // One before it has just failed.
                WaitForAll();
                AppendFailedAgain();
            }

            NextOffset = append.FirstOffset + append.Count;
            _waiting.Enqueue((unit, append.Durable));
            return append.Durable;
        }
        catch
        {
            Free(unit);
            throw;
        }
    }

    /// <summary>Waits until all sets are on the disk.</summary>
    /// <exception cref="LogWriteException">The disk failed.</exception>
    public void Settle()
    {
        WaitForAll();
        AppendFailedAgain();
    }

    private void WaitForAll()
    {
        foreach ((_, Task durable) in _waiting)
        {
            ((IAsyncResult)durable).AsyncWaitHandle.WaitOne();
        }
    }

    private void AppendFailedAgain()
    {
        while (_waiting.TryPeek(out (LogUnit Unit, Task Durable) oldest) && oldest.Durable.IsCompleted)
        {
            if (!oldest.Durable.IsCompletedSuccessfully)
            {
                // All behind it failed with it.
                WaitForAll();
                log.Append(oldest.Unit).Durable.GetAwaiter().GetResult();
                NextOffset = log.EndOffset;
            }

            Free(_waiting.Dequeue().Unit);
        }
    }

    private void Free(LogUnit unit)
    {
        if (unit.Bytes <= SpareBytesMax && _spare.Count < SpareMax)
        {
            unit.Clear();
            _spare.Push(unit);
        }
    }
}
