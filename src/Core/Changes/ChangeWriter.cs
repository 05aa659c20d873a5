using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Linr;

/// <summary>The parts of a change as bytes: numbers little-endian, counts and lengths as base-128 varints.</summary>
internal readonly struct ChangeWriter(IBufferWriter<byte> target)
{
    public const int VarintBytesMax = 5;
    public const int GuidBytes = 16;

    public static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public void WriteByte(byte value)
    {
        target.GetSpan(1)[0] = value;
        target.Advance(1);
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target.GetSpan(sizeof(long)), value);
        target.Advance(sizeof(long));
    }

    public void WriteCount(int count, int countMax, string noun)
    {
        if (count > countMax)
        {
            throw new ArgumentException($"Expected at most {countMax} {noun}; found {count}.");
        }

        Span<byte> bytes = target.GetSpan(VarintBytesMax);
        int length = 0;
        uint rest = (uint)count;
        for (; rest >= 0x80; rest >>= 7)
        {
            bytes[length++] = (byte)(rest | 0x80);
        }

        bytes[length++] = (byte)rest;
        target.Advance(length);
    }

    public void WriteText(string text, int bytesMax, string noun)
    {
        int bytes = StrictUtf8.GetByteCount(text);
        WriteCount(bytes, bytesMax, $"UTF-8 bytes of {noun}");
        target.Advance(StrictUtf8.GetBytes(text, target.GetSpan(bytes)));
    }

    public void WriteName(string name)
    {
        if (name.Length is 0 or > Limits.NameLengthMax)
        {
            throw new ArgumentException($"Expected a name of 1 to {Limits.NameLengthMax} characters; found \"{name}\".");
        }

        WriteText(name, Limits.StoredBytesMax, "a name");
    }

    public void WriteId(ItemId id)
    {
        WriteByte((byte)id.Kind);
        switch (id.Kind)
        {
            case IdKind.Integer:
                WriteInt64(id.Integer);
                break;
            case IdKind.Guid:
                _ = id.Guid.TryWriteBytes(target.GetSpan(GuidBytes), bigEndian: true, out int length);
                target.Advance(length);
                break;
            default:
                WriteText(id.Text, Limits.IdBytesMax, "an id");
                break;
        }
    }

    public void WriteValue(Value value)
    {
        WriteByte((byte)value.Type);
        switch (value.Type)
        {
            case FieldType.Integer or FieldType.Date:
                WriteInt64(value.Integer);
                break;
            case FieldType.Float:
                WriteInt64(BitConverter.DoubleToInt64Bits(value.Float));
                break;
            case FieldType.Boolean:
                WriteByte(value.Boolean ? (byte)1 : (byte)0);
                break;
            case FieldType.Bytes:
                WriteCount(value.Bytes.Length, Limits.StoredBytesMax, "bytes of a value");
                target.Write(value.Bytes.Span);
                break;
            default:
                WriteText(value.Text, Limits.StoredBytesMax, "a value");
                break;
        }
    }

    public void WriteFloats(ReadOnlySpan<float> floats)
    {
        if (BitConverter.IsLittleEndian)
        {
            target.Write(MemoryMarshal.AsBytes(floats));
            return;
        }

        foreach (float one in floats)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target.GetSpan(sizeof(int)), BitConverter.SingleToInt32Bits(one));
            target.Advance(sizeof(int));
        }
    }
}
