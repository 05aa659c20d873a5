using System.Buffers;
using System.Buffers.Binary;
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

    /// <summary>Ids of one kind, as the contract has them.</summary>
    private interface IIdForm
    {
        /// <summary>Bytes of the message of an id.</summary>
        int SizeOf(int index);

        /// <summary>Writes that message.</summary>
        void Write(int index, Span<byte> to);
    }

    /// <summary>The bytes of hits; false where they have fields or tasks.</summary>
    public static bool TrySize(HitList hits, out int size)
    {
        size = 0;
        if (hits.HasFieldsOrTasks)
        {
            return false;
        }

        size = hits.Ids.Kind switch
        {
            IdKind.Integer => SizeOf(new IntegerForm(hits.Ids.Integers), hits.Scores),
            IdKind.Guid => SizeOf(new GuidForm(hits.Ids.Guids), hits.Scores),
            _ => SizeOf(new TextForm(hits.Ids.Texts), hits.Scores),
        };
        return true;
    }

    /// <summary>Writes hits.</summary>
    /// <param name="hits">The hits.</param>
    /// <param name="size">Their bytes.</param>
    /// <param name="writer">Takes them.</param>
    public static void Write(HitList hits, int size, IBufferWriter<byte> writer)
    {
        switch (hits.Ids.Kind)
        {
            case IdKind.Integer:
                Write(new IntegerForm(hits.Ids.Integers), hits.Scores, size, writer);
                break;
            case IdKind.Guid:
                Write(new GuidForm(hits.Ids.Guids), hits.Scores, size, writer);
                break;
            default:
                Write(new TextForm(hits.Ids.Texts), hits.Scores, size, writer);
                break;
        }
    }

    private static int SizeOf<TForm>(TForm ids, ReadOnlySpan<float> scores)
        where TForm : IIdForm, allows ref struct
    {
        int size = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            int hitSize = SizeOfHit(ids.SizeOf(i), scores[i]);
            size = checked(size + 1 + SizeOfVarint((uint)hitSize) + hitSize);
        }

        return size;
    }

    private static void Write<TForm>(TForm ids, ReadOnlySpan<float> scores, int size, IBufferWriter<byte> writer)
        where TForm : IIdForm, allows ref struct
    {
        Span<byte> chunk = default;
        int used = 0;
        int left = size;
        for (int i = 0; i < scores.Length; i++)
        {
            int idSize = ids.SizeOf(i);
            int hitSize = SizeOfHit(idSize, scores[i]);
            int bytes = 1 + SizeOfVarint((uint)hitSize) + hitSize;
            if (chunk.Length - used < bytes)
            {
                writer.Advance(used);
                chunk = writer.GetSpan(Math.Max(bytes, Math.Min(left, ChunkBytes)));
                used = 0;
            }

            Span<byte> to = chunk.Slice(used, bytes);
            int at = 0;
            to[at++] = HitsTag;
            at += WriteVarint(to[at..], (uint)hitSize);
            to[at++] = IdTag;
            at += WriteVarint(to[at..], (uint)idSize);
            ids.Write(i, to.Slice(at, idSize));
            if (scores[i] != 0)
            {
                to[at + idSize] = ScoreTag;
                BinaryPrimitives.WriteSingleLittleEndian(to[(at + idSize + 1)..], scores[i]);
            }

            used += bytes;
            left -= bytes;
        }

        writer.Advance(used);
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

    private static int SizeOfHit(int idSize, float score)
        => 1 + SizeOfVarint((uint)idSize) + idSize + (score != 0 ? ScoreBytes : 0);

    private static int SizeOfText(int length) => 1 + SizeOfVarint((uint)length) + length;

    // Seven bits a byte, and one byte at least.
    private static int SizeOfVarint(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private static Span<byte> BeginText(Span<byte> to, int length)
    {
        to[0] = TextTag;
        return to[(1 + WriteVarint(to[1..], (uint)length))..];
    }

    private readonly ref struct IntegerForm(ReadOnlySpan<long> ids) : IIdForm
    {
        private readonly ReadOnlySpan<long> _ids = ids;

        public int SizeOf(int index) => 1 + SizeOfVarint(unchecked((ulong)_ids[index]));

        public void Write(int index, Span<byte> to)
        {
            to[0] = IntegerTag;
            WriteVarint(to[1..], unchecked((ulong)_ids[index]));
        }
    }

    private readonly ref struct GuidForm(ReadOnlySpan<Guid> ids) : IIdForm
    {
        private readonly ReadOnlySpan<Guid> _ids = ids;

        public int SizeOf(int index) => SizeOfText(GuidCharacters);

        public void Write(int index, Span<byte> to) => _ids[index].TryFormat(BeginText(to, GuidCharacters), out _);
    }

    private readonly ref struct TextForm(ReadOnlySpan<string> ids) : IIdForm
    {
        private readonly ReadOnlySpan<string> _ids = ids;

        public int SizeOf(int index) => SizeOfText(Encoding.UTF8.GetByteCount(_ids[index]));

        public void Write(int index, Span<byte> to)
        {
            string text = _ids[index];
            Encoding.UTF8.GetBytes(text, BeginText(to, Encoding.UTF8.GetByteCount(text)));
        }
    }
}
