using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>What a log must hold, as a plain list: beside a real one through kills and power cuts.</summary>
internal sealed class LogTwin
{
    private readonly List<byte[]> _records = [];
    private readonly List<LogAppend> _waiting = [];
    private readonly HashSet<long> _unitEnds = [0];
    private long _durableEnd;
    private long _droppedBefore;

    public long End => _records.Count;

    public void Append(ChangeLog log, byte[][] records)
    {
        LogAppend append = records.Length == 1 ? log.Append(records[0]) : log.Append(Records.Unit(records));
        // Appends that failed meanwhile, without a byte on the disk, gave their offsets back.
        Assert.InRange(append.FirstOffset, _durableEnd, End);
        Forget(append.FirstOffset);
        _records.AddRange(records);
        _unitEnds.Add(End);
        _waiting.Add(append);
    }

    public void Drop(ChangeLog log, long offset)
    {
        _droppedBefore = Math.Max(_droppedBefore, offset);
        log.DropBefore(offset);
    }

    /// <summary>Waits until every append is durable or has failed.</summary>
    public void Settle()
    {
        foreach (LogAppend append in _waiting)
        {
            try
            {
                append.Durable.GetAwaiter().GetResult();
                _durableEnd = Math.Max(_durableEnd, append.FirstOffset + append.Count);
            }
            catch (LogWriteException)
            {
            }
        }

        _waiting.Clear();
    }

    /// <summary>
    /// A log that was opened again holds all that was acknowledged, in order, whole units, and nothing that was not
    /// appended. What it holds is durable from then on.
    /// </summary>
    public void AssertHolds(ChangeLog log)
    {
        Assert.InRange(log.EndOffset, _durableEnd, End);
        Assert.Contains(log.EndOffset, _unitEnds);
        Assert.True(log.FirstOffset <= Math.Max(0, Math.Min(_droppedBefore, _durableEnd)));
        byte[][] found = Records.All(log, log.FirstOffset);
        Assert.Equal(log.EndOffset - log.FirstOffset, found.Length);
        for (int i = 0; i < found.Length; i++)
        {
            Assert.True(_records[(int)log.FirstOffset + i].AsSpan().SequenceEqual(found[i]));
        }

        Forget(log.EndOffset);
        _durableEnd = log.EndOffset;
    }

    private void Forget(long offset)
    {
        _records.RemoveRange((int)offset, _records.Count - (int)offset);
        _unitEnds.RemoveWhere(end => end > offset);
    }
}
