using System.Buffers.Binary;
using System.IO.Hashing;
using Linr.Index.Log.Files;

namespace Linr.Index.Log;

/// <summary>Reads the groups of a segment one after another and checks each.</summary>
internal sealed class GroupReader(ILogFile file, SegmentHeader segment, long endByte)
{
    private readonly long _seed = segment.Seed;
    private byte[] _body = [];

    /// <summary>Where the groups end that may be read; it moves on as more of them are durable.</summary>
    public long EndByte
    {
        get => endByte;
        set => endByte = value;
    }

    /// <summary>Where the next group starts.</summary>
    public long Position { get; private set; } = SegmentHeader.Bytes;

    /// <summary>The number that the next group must have.</summary>
    public long NextNumber { get; private set; } = segment.FirstNumber;

    /// <summary>The offset that the next group's first record must have.</summary>
    public long NextOffset { get; private set; } = segment.FirstOffset;

    /// <summary>The group read last.</summary>
    public GroupHeader Header { get; private set; }

    /// <summary>Its records, each behind its length; valid until the next is read. Empty if it was skipped.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>What is wrong where the next group should be.</summary>
    public LogFault? Fault { get; private set; }

    /// <summary>Reads the next group: false at the end of the segment, and at a fault.</summary>
    /// <param name="wantedOffset">
    /// A group whose records all come before is skipped: its body is neither read nor checked.
    /// </param>
    public bool Read(long wantedOffset = 0)
    {
        if (Position == endByte)
        {
            return false;
        }

        Body = default;
        Fault = ReadHeader(out GroupHeader header);
        if (Fault is null && (header.EndOffset > wantedOffset || wantedOffset == 0))
        {
            Fault = ReadBody(header);
        }

        if (Fault is not null)
        {
            return false;
        }

        Header = header;
        Position += GroupHeader.Bytes + header.BodyBytes;
        NextNumber++;
        NextOffset = header.EndOffset;
        return true;
    }

    /// <summary>
    /// The records from an offset to another, of the next groups: until there, the end of the segment or a
    /// <see cref="Fault"/>.
    /// </summary>
    public IEnumerable<LogRecord> Records(long offset, long endOffset)
    {
        while (offset < endOffset && Read(wantedOffset: offset))
        {
            DateTimeOffset? writtenAt = segment.CreatedMs == 0
                ? null : DateTimeOffset.FromUnixTimeMilliseconds(segment.CreatedMs + Header.AgeMs);
            long place = Header.FirstOffset;
            for (int at = 0; at < Body.Length && offset < endOffset; place++)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(Body.Span[at..]);
                ReadOnlyMemory<byte> record = Body.Slice(at + LogUnit.LengthBytes, length);
                at += LogUnit.LengthBytes + length;
                if (place >= offset)
                {
                    yield return new LogRecord(offset++, record, writtenAt);
                }
            }
        }
    }

    /// <summary>
    /// Whether a group after the next one left a header anywhere behind here: then the next one had been acknowledged.
    /// </summary>
    public bool HasLaterGroup()
    {
        // A header may lie across two pieces.
        var piece = new byte[1 << 20];
        for (long start = Position; start < endByte; start += piece.Length - GroupHeader.Bytes + 1)
        {
            int length = file.Read(piece.AsSpan(0, (int)Math.Min(piece.Length, endByte - start)), start);
            for (int at = 0; at + GroupHeader.Bytes <= length; at++)
            {
                int more = piece.AsSpan(at, length - at).IndexOf(GroupHeader.Magic);
                if (more < 0)
                {
                    break;
                }

                at += more;
                if (GroupHeader.TryRead(piece.AsSpan(at, length - at), _seed, out GroupHeader header)
                    && header.Number > NextNumber)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private LogFault? ReadHeader(out GroupHeader header)
    {
        Span<byte> bytes = stackalloc byte[GroupHeader.Bytes];
        int length = file.Read(bytes[..(int)Math.Min(bytes.Length, endByte - Position)], Position);
        if (!GroupHeader.TryRead(bytes[..length], _seed, out header))
        {
            string found = length < GroupHeader.Bytes ? $"{length} bytes" : "other bytes";
            return new LogFault(Position, $"the header of group {NextNumber}", found);
        }

        if (header.Number != NextNumber || header.FirstOffset != NextOffset)
        {
            return new LogFault(
                Position,
                $"group {NextNumber} from record {NextOffset} on",
                $"group {header.Number} from record {header.FirstOffset} on");
        }

        // The checksum says that we wrote these; they are looked at so that nothing depends on that.
        return header.BodyBytes is < 0 or > GroupHeader.BodyBytesMax || header.Count < 0
            ? new LogFault(Position, "a group within the limits", $"{header.Count} records, {header.BodyBytes} bytes")
            : null;
    }

    private LogFault? ReadBody(GroupHeader header)
    {
        long start = Position + GroupHeader.Bytes;
        if (header.BodyBytes > endByte - start)
        {
            return new LogFault(start, $"{header.BodyBytes} bytes of records", $"{endByte - start} bytes");
        }

        if (_body.Length < header.BodyBytes)
        {
            _body = new byte[Math.Max(header.BodyBytes, Math.Min(2 * _body.Length, GroupHeader.BodyBytesMax))];
        }

        Memory<byte> body = _body.AsMemory(0, header.BodyBytes);
        int length = file.Read(body.Span, start);
        ulong checksum = XxHash3.HashToUInt64(body.Span[..length], _seed);
        if (checksum != header.BodyChecksum)
        {
            return new LogFault(start, $"records with checksum {header.BodyChecksum:x16}", $"{checksum:x16}");
        }

        Body = body;
        return CountRecords(body.Span) == header.Count
            ? null
            : new LogFault(start, $"{header.Count} records", "another number of them");
    }

    private static int CountRecords(ReadOnlySpan<byte> body)
    {
        int count = 0;
        for (; !body.IsEmpty; count++)
        {
            if (body.Length < LogUnit.LengthBytes)
            {
                return -1;
            }

            int length = BinaryPrimitives.ReadInt32LittleEndian(body);
            if (length < 0 || length > body.Length - LogUnit.LengthBytes)
            {
                return -1;
            }

            body = body[(LogUnit.LengthBytes + length)..];
        }

        return count;
    }
}
