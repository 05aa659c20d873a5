using System.Diagnostics;
using Linr.Index.Log.Files;

namespace Linr.Index.Log;

// Reading on as the log grows.
public sealed partial class ChangeLog
{
    /// <summary>
    /// The durable records from a place on, up to the newest when this is called; the place is behind each then. They
    /// are read to their end, or the place is of no more use.
    /// </summary>
    /// <exception cref="ChangeLogException">While reading: the log is damaged.</exception>
    /// <exception cref="InvalidOperationException">While reading: the next record was dropped.</exception>
    /// <exception cref="ObjectDisposedException">While reading: the log is closed.</exception>
    internal IEnumerable<LogRecord> ReadOn(LogPlace place)
    {
        long endOffset = EndOffset;
        while (place.Offset < endOffset)
        {
            long first = place.Offset;
            MoveOn(place);
            foreach (LogRecord record in place.Reader!.Records(first, endOffset))
            {
                place.Offset = record.Offset + 1;
                yield return record;
            }

            ThrowIfDamaged(place.Segment!, place.Reader);
            if (place.Offset == first)
            {
                throw new UnreachableException($"Segment {place.Segment!.Name} has no record {first}.");
            }
        }
    }

    private void MoveOn(LogPlace place)
    {
        lock (_gate)
        {
            Segment segment = Find(place.Offset);
            if (segment != place.Segment)
            {
                ILogFile file = OpenReader(segment, out GroupReader? reader) ?? throw Dropped(place.Offset);
                place.GoTo(segment, file, reader!);
            }

            ObjectDisposedException.ThrowIf(_isDisposed, this);
            place.Reader!.EndByte = segment.DurableBytes;
        }
    }
}
