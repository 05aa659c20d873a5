using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using V1 = Linr.Protocol.V1;

namespace Linr.Client.Wire;

/// <summary>
/// Reads the bytes of a <see cref="V1.SearchResponse"/>: its hits straight into <see cref="Hit"/>, all else through the
/// message. A message, an id and two maps for every hit would be most of what a search allocates.
/// </summary>
internal static class SearchResponseReader
{
    private const uint HitsTag = (V1.SearchResponse.HitsFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const uint IdTag = (V1.Hit.IdFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const uint ScoreTag = (V1.Hit.ScoreFieldNumber << 3) | (uint)WireFormat.WireType.Fixed32;
    private const uint IntegerTag = (V1.ItemId.IntegerFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint TextTag = (V1.ItemId.TextFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;

    /// <exception cref="InvalidDataException">It is no such message.</exception>
    /// <exception cref="InvalidProtocolBufferException">It is no such message.</exception>
    /// <exception cref="LinrException">The server does not keep to the contract.</exception>
    public static SearchResponse Read(ReadOnlySequence<byte> payload)
    {
        ReadOnlySpan<byte> bytes = payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray();
        int count = 0;
        int restBytes = 0;
        for (var fields = new WireReader(bytes); fields.TryReadField(out uint tag, out ReadOnlySpan<byte> _);)
        {
            count += tag == HitsTag ? 1 : 0;
            restBytes += tag == HitsTag ? 0 : fields.FieldBytes;
        }

        var hits = new Hit[count];
        byte[] rest = ArrayPool<byte>.Shared.Rent(restBytes);
        try
        {
            ReadOnlySpan<byte> others = Split(bytes, hits, rest);
            return AnswerWire.Read(
                V1.SearchResponse.Parser.ParseFrom(others), ImmutableCollectionsMarshal.AsImmutableArray(hits));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rest);
        }
    }

    private static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> bytes, Hit[] hits, byte[] rest)
    {
        int found = 0;
        int restBytes = 0;
        for (var fields = new WireReader(bytes); fields.TryReadField(out uint tag, out ReadOnlySpan<byte> value);)
        {
            if (tag == HitsTag)
            {
                hits[found++] = ReadHit(value);
                continue;
            }

            bytes.Slice(fields.Position - fields.FieldBytes, fields.FieldBytes).CopyTo(rest.AsSpan(restBytes));
            restBytes += fields.FieldBytes;
        }

        return rest.AsSpan(0, restBytes);
    }

    private static Hit ReadHit(ReadOnlySpan<byte> bytes)
    {
        ItemId? id = null;
        float score = 0;
        for (var fields = new WireReader(bytes); fields.TryReadField(out uint tag, out ReadOnlySpan<byte> value);)
        {
            if (tag == IdTag && id is null && TryReadId(value, out ItemId read))
            {
                id = read;
            }
            else if (tag == ScoreTag)
            {
                score = BinaryPrimitives.ReadSingleLittleEndian(value);
            }
            else
            {
                // Fields and tasks of hits, and whatever a later contract has.
                return AnswerWire.Read(V1.Hit.Parser.ParseFrom(bytes));
            }
        }

        return new Hit(id ?? throw AnswerWire.Wrong("an item's id", "none"), score);
    }

    private static bool TryReadId(ReadOnlySpan<byte> bytes, out ItemId id)
    {
        id = default;
        var fields = new WireReader(bytes);
        if (!fields.TryReadField(out uint tag, out ReadOnlySpan<byte> value) || fields.Position < bytes.Length)
        {
            return false;
        }

        if (tag == IntegerTag)
        {
            id = new ItemId(unchecked((long)WireReader.ReadVarint(value, out _)));
            return true;
        }

        if (tag == TextTag && value.Length > 0)
        {
            id = new ItemId(Encoding.UTF8.GetString(value));
            return true;
        }

        return false;
    }
}
