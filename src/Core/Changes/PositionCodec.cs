using System.Buffers;

namespace Linr;

/// <summary>
/// Positions of sources as bytes, for the log and for model files: docs/durability.md has the format. The time comes
/// back to its 100 ns, in UTC.
/// </summary>
public static class PositionCodec
{
    /// <summary>The format that is written; the first byte of every position, and of no change.</summary>
    public const byte FormatVersion = 129;

    /// <summary>Whether a record of the log is a position, by its first byte.</summary>
    public static bool IsOne(ReadOnlySpan<byte> record) => record.Length > 0 && record[0] is >= 128 and < 192;

    /// <summary>Writes a position.</summary>
    /// <param name="position">The position.</param>
    /// <param name="target">Where it goes; after an error what was written there is no position.</param>
    /// <exception cref="ArgumentException">
    /// The source's name has no or too many characters, or a text has half a surrogate pair or is beyond
    /// <see cref="Limits.StoredBytesMax"/>.
    /// </exception>
    public static void Write(SourcePosition position, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(position);
        ArgumentNullException.ThrowIfNull(target);
        var writer = new ChangeWriter(target);
        writer.WriteByte(FormatVersion);
        writer.WriteName(position.Source);
        writer.WriteText(position.Position, Limits.StoredBytesMax, "a position");
        writer.WriteByte(position.CommittedAt is null ? (byte)0 : (byte)1);
        if (position.CommittedAt is { } time)
        {
            writer.WriteInt64(time.UtcTicks - DateTime.UnixEpoch.Ticks);
        }
    }

    /// <summary>Reads a position; any bytes give one or the named error.</summary>
    /// <param name="bytes">The bytes of one position, all of them.</param>
    /// <exception cref="ChangeFormatException">They are not a position.</exception>
    public static SourcePosition Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ChangeReader(bytes);
        byte format = reader.ReadByte("a format version");
        if (format != FormatVersion)
        {
            throw new ChangeFormatException(0, $"format version {FormatVersion}", $"{format}");
        }

        string source = reader.ReadName();
        string position = reader.ReadText("a position", Limits.StoredBytesMax);
        DateTimeOffset? time = reader.ReadChoice("whether there is a time", 1) == 1
            ? ReadTime(ref reader) : null;
        reader.ThrowUnlessAtEnd();
        return new SourcePosition(source, position, time);
    }

    private static DateTimeOffset ReadTime(ref ChangeReader reader)
    {
        int start = reader.Position;
        long ticks = reader.ReadInt64("a time");
        long earliest = DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks;
        long latest = DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks;
        return ticks >= earliest && ticks <= latest
            ? new DateTimeOffset(DateTime.UnixEpoch.Ticks + ticks, TimeSpan.Zero)
            : throw new ChangeFormatException(start, "a time of the years 1 to 9999", $"{ticks} x 100 ns after 1970");
    }
}
