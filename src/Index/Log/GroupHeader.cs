using System.Buffers.Binary;
using System.IO.Hashing;

namespace Linr.Index.Log;

/// <summary>
/// The 48 bytes before a group: the records that are written and synced at once. A group's header is written after
/// the group before it was synced, so a right header proves that all before it had been acknowledged.
/// </summary>
/// <param name="BodyBytes">Bytes of the records, each behind its length.</param>
/// <param name="Count">Records; none in the groups that opening and closing write.</param>
/// <param name="Number">The number of the group, one more than that of the group before it.</param>
/// <param name="FirstOffset">The offset of the first record.</param>
/// <param name="BodyChecksum">XXH3-64 of the body, seeded by the log.</param>
/// <param name="AgeMs">When it was written, in milliseconds after its segment was made.</param>
internal readonly record struct GroupHeader(
    int BodyBytes, int Count, long Number, long FirstOffset, ulong BodyChecksum, uint AgeMs)
{
    public const int Bytes = 48;

    /// <summary>Bytes of the longest body: as much as may wait, or one unit.</summary>
    public const int BodyBytesMax = Limits.LogUnitBytesMax;

    private const int ChecksumAt = Bytes - sizeof(ulong);

    public static ReadOnlySpan<byte> Magic => "LGRP"u8;

    public long EndOffset => FirstOffset + Count;

    public void Write(Span<byte> target, long seed)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], BodyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], AgeMs);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], FirstOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], BodyChecksum);
        BinaryPrimitives.WriteUInt64LittleEndian(
            target[ChecksumAt..], XxHash3.HashToUInt64(target[..ChecksumAt], seed));
    }

    /// <summary>Reads a header; false unless it is one of this log, whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long seed, out GroupHeader header)
    {
        header = default;
        if (bytes.Length < Bytes
            || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumAt..])
                != XxHash3.HashToUInt64(bytes[..ChecksumAt], seed))
        {
            return false;
        }

        header = new GroupHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
        return true;
    }
}
