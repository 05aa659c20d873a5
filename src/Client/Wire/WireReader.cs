using Google.Protobuf;

namespace Linr.Client.Wire;

/// <summary>Walks the fields of a protobuf message.</summary>
/// <param name="bytes">The message.</param>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int VarintBytesMax = 10;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Where the next field begins.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes of the field that was read last, its tag included.</summary>
    public int FieldBytes { get; private set; }

    /// <summary>The next field; false at the end.</summary>
    /// <param name="tag">Its number and wire type.</param>
    /// <param name="value">Its bytes: of a varint those that it has, of all else without a length.</param>
    /// <exception cref="InvalidDataException">They are no fields.</exception>
    public bool TryReadField(out uint tag, out ReadOnlySpan<byte> value)
    {
        tag = 0;
        value = default;
        if (Position == _bytes.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> left = _bytes[Position..];
        ulong number = ReadVarint(left, out int tagBytes);
        tag = number <= uint.MaxValue ? (uint)number : throw Wrong();
        left = left[tagBytes..];
        (int before, int length) = (WireFormat.WireType)(tag & 7) switch
        {
            WireFormat.WireType.Varint => (0, VarintLength(left)),
            WireFormat.WireType.Fixed32 => (0, sizeof(uint)),
            WireFormat.WireType.Fixed64 => (0, sizeof(ulong)),
            WireFormat.WireType.LengthDelimited => LengthOf(left),
            _ => throw Wrong(),
        };
        if (length > left.Length - before)
        {
            throw Wrong();
        }

        value = left.Slice(before, length);
        FieldBytes = tagBytes + before + length;
        Position += FieldBytes;
        return true;
    }

    /// <summary>A number of seven bits a byte, the lowest first.</summary>
    /// <exception cref="InvalidDataException">It does not end.</exception>
    public static ulong ReadVarint(ReadOnlySpan<byte> bytes, out int length)
    {
        ulong value = 0;
        for (int i = 0; i < Math.Min(bytes.Length, VarintBytesMax); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                length = i + 1;
                return value;
            }
        }

        throw Wrong();
    }

    private static int VarintLength(ReadOnlySpan<byte> bytes)
    {
        ReadVarint(bytes, out int length);
        return length;
    }

    private static (int Before, int Length) LengthOf(ReadOnlySpan<byte> bytes)
    {
        ulong length = ReadVarint(bytes, out int before);
        return length <= int.MaxValue ? (before, (int)length) : throw Wrong();
    }

    private static InvalidDataException Wrong() => new("Expected a protobuf message; found other bytes.");
}
