using Linr.Engine.Live;
using Linr.Index.Log;

namespace Linr.Engine.Store;

/// <summary>What the log of a store tells about the way to a point.</summary>
/// <param name="FirstOffset">The offset of the oldest record kept.</param>
/// <param name="EndOffset">The offset of the first record that is left out.</param>
/// <param name="Push">The last push that has its mark before it; null where the log has none.</param>
/// <param name="IsKnown">Whether the log has what came before the point, or the point is the store's beginning.</param>
internal sealed record StoreHistory(long FirstOffset, long EndOffset, long? Push, bool IsKnown)
{
    /// <summary>Reads the log until a point.</summary>
    /// <exception cref="StoreException">The log ends before the offset that is asked for.</exception>
    /// <exception cref="ChangeLogException">The log is damaged.</exception>
    public static StoreHistory Read(string folder, StorePoint to)
    {
        LogSummary summary = ChangeLog.Verify(StoreFiles.LogOf(folder));
        if (to.Offset < summary.FirstOffset || to.Offset > summary.EndOffset)
        {
            throw new StoreException(
                $"{folder}: expected an offset of {summary.FirstOffset} to {summary.EndOffset}, as the log has; "
                + $"found {to.Offset}.");
        }

        long end = summary.FirstOffset;
        long? push = null;
        foreach (LogRecord record in ChangeLog.Read(StoreFiles.LogOf(folder), summary.FirstOffset))
        {
            if (record.Offset == to.Offset || record.WrittenAt > to.Time)
            {
                break;
            }

            push = PushMark.IsOne(record.Bytes.Span) ? PushMark.Read(record.Bytes.Span) : push;
            end = record.Offset + 1;
        }

        bool isKnown = end > summary.FirstOffset || end == 0 || to.Time is null;
        return new StoreHistory(summary.FirstOffset, end, push, isKnown);
    }
}
