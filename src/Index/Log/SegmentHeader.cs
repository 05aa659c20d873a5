using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace Linr.Index.Log;

/// <summary>The first 64 bytes of a segment: which log it belongs to, and where in it.</summary>
/// <param name="LogId">The log's own random number; it seeds all checksums, so that no other log's blocks fit.</param>
/// <param name="FirstNumber">The number of the first group; the file's name too.</param>
/// <param name="FirstOffset">The offset that the first record has, or will have.</param>
/// <param name="CreatedMs">
/// When it was made, in milliseconds after 1970-01-01 UTC: groups count their time from it. 0: it has no times.
/// </param>
internal readonly record struct SegmentHeader(Guid LogId, long FirstNumber, long FirstOffset, long CreatedMs = 0)
{
    public const int Bytes = 64;
    public const string Extension = ".log";

    /// <summary>The last time that a date can be, less the longest that a segment is written to.</summary>
    public static readonly long CreatedMsMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() - uint.MaxValue;

    private const int FormatVersion = 1;
    private const int ChecksumAt = Bytes - sizeof(ulong);

    private static ReadOnlySpan<byte> Magic => "LINRLOG\n"u8;

    public string Name => FirstNumber.ToString("D19", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The seed of the checksums of the log's groups.</summary>
    public long Seed
    {
        get
        {
            Span<byte> id = stackalloc byte[16];
            _ = LogId.TryWriteBytes(id, bigEndian: true, out _);
            return unchecked((long)XxHash3.HashToUInt64(id));
        }
    }

    public void Write(Span<byte> target)
    {
        target[..Bytes].Clear();
        Magic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], Bytes);
        _ = LogId.TryWriteBytes(target[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], FirstNumber);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], FirstOffset);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], CreatedMs);
        BinaryPrimitives.WriteUInt64LittleEndian(target[ChecksumAt..], XxHash3.HashToUInt64(target[..ChecksumAt]));
    }

    /// <summary>Reads a header; null where it is right.</summary>
    public static LogFault? Read(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < Bytes)
        {
            return new LogFault(0, $"a segment header of {Bytes} bytes", $"{bytes.Length} bytes");
        }

        if (!bytes.StartsWith(Magic))
        {
            return new LogFault(0, "\"LINRLOG\"", Convert.ToHexString(bytes[..Magic.Length]));
        }

        // A later format may have another header: its version is read before its checksum.
        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != FormatVersion)
        {
            return new LogFault(8, $"format version {FormatVersion}", $"{version}");
        }

        ulong expected = BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumAt..]);
        ulong found = XxHash3.HashToUInt64(bytes[..ChecksumAt]);
        if (expected != found)
        {
            return new LogFault(0, $"a segment header with checksum {expected:x16}", $"{found:x16}");
        }

        header = new SegmentHeader(
            new Guid(bytes.Slice(16, 16), bigEndian: true),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]), 0, CreatedMsMax));
        return null;
    }
}
