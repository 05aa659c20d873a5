using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Google.Protobuf;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>
/// Hits that are an id and a score alone, as protobuf has them in <c>SearchResponse.hits</c>.
/// </summary>
internal static class HitBytes
{
    private const int ChunkBytes = 4_096;
    private const int GuidCharacters = 36;
    private const int ScoreBytes = 1 + sizeof(float);

    // Each fits one byte, as the numbers of its fields are small.
    private const byte HitsTag = (V1.SearchResponse.HitsFieldNumber << 3) | (int)WireFormat.WireType.LengthDelimited;
    private const byte IdTag = (V1.Hit.IdFieldNumber << 3) | (int)WireFormat.WireType.LengthDelimited;
    private const byte ScoreTag = (V1.Hit.ScoreFieldNumber << 3) | (int)WireFormat.WireType.Fixed32;
    private const byte IntegerTag = (V1.ItemId.IntegerFieldNumber << 3) | (int)WireFormat.WireType.Varint;
    private const byte TextTag = (V1.ItemId.TextFieldNumber << 3) | (int)WireFormat.WireType.LengthDelimited;

    /// <summary>The bytes of hits; false where one has fields or tasks.</summary>
    public static bool TrySize(ImmutableArray<Hit> hits, out int size)
    {
        size = 0;
        foreach (Hit hit in hits)
        {
            if (hit.Fields.Count > 0 || hit.Tasks.Count > 0)
            {
                return false;
            }

            size = checked(size + SizeOf(hit));
        }

        return true;
    }

    /// <summary>Bytes of a hit, its tag and length included.</summary>
    public static int SizeOf(Hit hit)
    {
        int size = SizeOfHit(hit, SizeOfId(hit.Id));
        return 1 + SizeOfVarint((uint)size) + size;
    }

    /// <summary>Writes hits.</summary>
    /// <param name="hits">The hits.</param>
    /// <param name="size">Their bytes.</param>
    /// <param name="writer">Takes them.</param>
    public static void Write(ImmutableArray<Hit> hits, int size, IBufferWriter<byte> writer)
    {
        Span<byte> chunk = default;
        int used = 0;
        int left = size;
        foreach (Hit hit in hits)
        {
            int bytes = SizeOf(hit);
            if (chunk.Length - used < bytes)
            {
                writer.Advance(used);
                chunk = writer.GetSpan(Math.Max(bytes, Math.Min(left, ChunkBytes)));
                used = 0;
            }

            Write(hit, chunk.Slice(used, bytes));
            used += bytes;
            left -= bytes;
        }

        writer.Advance(used);
    }

    private static void Write(Hit hit, Span<byte> to)
    {
        int idSize = SizeOfId(hit.Id);
        int at = 0;
        to[at++] = HitsTag;
        at += WriteVarint(to[at..], (uint)SizeOfHit(hit, idSize));
        to[at++] = IdTag;
        at += WriteVarint(to[at..], (uint)idSize);
        at += WriteId(hit.Id, to[at..]);
        if (hit.Score != 0)
        {
            to[at++] = ScoreTag;
            BinaryPrimitives.WriteSingleLittleEndian(to[at..], hit.Score);
        }
    }

    private static int WriteId(ItemId id, Span<byte> to)
    {
        if (id.Kind == IdKind.Integer)
        {
            to[0] = IntegerTag;
            return 1 + WriteVarint(to[1..], unchecked((ulong)id.Integer));
        }

        to[0] = TextTag;
        int length = SizeOfText(id);
        int at = 1 + WriteVarint(to[1..], (uint)length);
        if (id.Kind == IdKind.Guid)
        {
            id.Guid.TryFormat(to[at..], out _);
        }
        else
        {
            Encoding.UTF8.GetBytes(id.Text, to[at..]);
        }

        return at + length;
    }

    private static int WriteVarint(Span<byte> to, ulong value)
    {
        int at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            to[at++] = (byte)(value | 0x80);
        }

        to[at] = (byte)value;
        return at + 1;
    }

    private static int SizeOfHit(Hit hit, int idSize)
        => 1 + SizeOfVarint((uint)idSize) + idSize + (hit.Score != 0 ? ScoreBytes : 0);

    private static int SizeOfId(ItemId id)
    {
        if (id.Kind == IdKind.Integer)
        {
            return 1 + SizeOfVarint(unchecked((ulong)id.Integer));
        }

        int length = SizeOfText(id);
        return 1 + SizeOfVarint((uint)length) + length;
    }

    private static int SizeOfText(ItemId id)
        => id.Kind == IdKind.Guid ? GuidCharacters : Encoding.UTF8.GetByteCount(id.Text);

    // Seven bits a byte, and one byte at least.
    private static int SizeOfVarint(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;
}
