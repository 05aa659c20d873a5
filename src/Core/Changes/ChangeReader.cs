using System.Buffers.Binary;

namespace Linr;

/// <summary>
/// The parts of a change from bytes that are not trusted: nothing is read beyond them, and no room is made for more
/// than they can hold.
/// </summary>
internal ref struct ChangeReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>The byte that is read next.</summary>
    public readonly int Position => _at;

    private readonly int Left => _bytes.Length - _at;

    public ReadOnlySpan<byte> ReadBytes(int count, string noun)
    {
        if (count > Left)
        {
            throw new ChangeFormatException(_at, $"{noun} of {count} bytes", $"{Left} bytes");
        }

        ReadOnlySpan<byte> found = _bytes.Slice(_at, count);
        _at += count;
        return found;
    }

    public byte ReadByte(string noun) => ReadBytes(1, noun)[0];

    public long ReadInt64(string noun) => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(sizeof(long), noun));

    /// <summary>A byte from 0 to <paramref name="max"/>.</summary>
    public int ReadChoice(string noun, int max)
    {
        byte found = ReadByte(noun);
        return found <= max ? found : throw new ChangeFormatException(_at - 1, $"{noun}, 0 to {max}", $"{found}");
    }

    /// <summary>A count of things that take at least so many of the bytes that are left.</summary>
    public int ReadCount(string noun, int countMax, int bytesEachMin)
    {
        int start = _at;
        ulong count = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = ReadByte($"a count of {noun}");
            count |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                break;
            }

            if (shift == 7 * (ChangeWriter.VarintBytesMax - 1))
            {
                throw new ChangeFormatException(
                    start, $"a count of {noun} in {ChangeWriter.VarintBytesMax} bytes", "a longer one");
            }
        }

        int most = Math.Min(countMax, Left / bytesEachMin);
        return count <= (ulong)most
            ? (int)count
            : throw new ChangeFormatException(start, $"at most {most} {noun}", $"{count}");
    }

    public string ReadText(string noun, int bytesMax)
    {
        int count = ReadCount($"UTF-8 bytes of {noun}", bytesMax, bytesEachMin: 1);
        int start = _at;
        ReadOnlySpan<byte> utf8 = ReadBytes(count, noun);
        return System.Text.Unicode.Utf8.IsValid(utf8)
            ? ChangeWriter.StrictUtf8.GetString(utf8)
            : throw new ChangeFormatException(start, $"{noun} in UTF-8", "other bytes");
    }

    public string ReadName()
    {
        int start = _at;
        string name = ReadText("a name", Limits.StoredBytesMax);
        return name.Length is 0 or > Limits.NameLengthMax
            ? throw new ChangeFormatException(
                start, $"a name of 1 to {Limits.NameLengthMax} characters", $"{name.Length} characters")
            : name;
    }

    /// <summary>A name that is not among those before it.</summary>
    public string ReadNewName<TValue>(Dictionary<string, TValue>.KeyCollection before)
    {
        int start = _at;
        string name = ReadName();
        return before.Contains(name)
            ? throw new ChangeFormatException(start, "a name once", $"\"{name}\" again") : name;
    }

    public ItemId ReadId()
    {
        int start = _at;
        switch ((IdKind)ReadChoice("a kind of id", (int)IdKind.Text))
        {
            case IdKind.Integer:
                return new ItemId(ReadInt64("an integer id"));
            case IdKind.Guid:
                return new ItemId(new Guid(ReadBytes(ChangeWriter.GuidBytes, "a Guid"), bigEndian: true));
            default:
                string text = ReadText("an id", Limits.IdBytesMax);
                return text.Length > 0
                    ? new ItemId(text)
                    : throw new ChangeFormatException(start, "an id of 1 byte or more", "an empty one");
        }
    }

    public Value ReadValue() => (FieldType)ReadChoice("a type of value", (int)FieldType.Json) switch
    {
        FieldType.Integer => Value.OfInteger(ReadInt64("an integer")),
        FieldType.Date => Value.OfDateMicroseconds(ReadInt64("a date")),
        FieldType.Float => Value.OfFloat(BitConverter.Int64BitsToDouble(ReadInt64("a float"))),
        FieldType.Boolean => Value.OfBoolean(ReadChoice("a boolean", 1) == 1),
        FieldType.Bytes => Value.OfBytes(
            ReadBytes(ReadCount("bytes of a value", Limits.StoredBytesMax, 1), "bytes").ToArray()),
        FieldType.Keyword => Value.OfKeyword(ReadText("a keyword", Limits.StoredBytesMax)),
        FieldType.Text => Value.OfText(ReadText("a text", Limits.StoredBytesMax)),
        _ => Value.OfJson(ReadText("JSON", Limits.StoredBytesMax)),
    };

    public readonly void ThrowUnlessAtEnd()
    {
        if (Left > 0)
        {
            throw new ChangeFormatException(_at, "the end", $"{Left} more bytes");
        }
    }
}
