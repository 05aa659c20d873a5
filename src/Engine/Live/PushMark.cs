using System.Buffers.Binary;

namespace Linr.Engine.Live;

/// <summary>
/// A record of a store's log that says: here a push had put other items in place of those that there were. They are
/// in a snapshot, not in the log, so that no older snapshot can be brought beyond the mark.
/// </summary>
internal static class PushMark
{
    /// <summary>The first byte of the mark of a push that came with items; of no change and no position.</summary>
    public const byte FormatVersion = 193;

    /// <summary>The first byte of the mark of a push whose items are those that there were, embedded anew.</summary>
    public const byte OfStoreVersion = 194;

    private const int Bytes = 1 + sizeof(long);

    /// <summary>Whether a record of the log is a mark, by its first byte.</summary>
    public static bool IsOne(ReadOnlySpan<byte> record) => record.Length > 0 && record[0] >= 192;

    /// <summary>The mark of a push.</summary>
    /// <param name="number">The push's number: 1 for a store's first one.</param>
    /// <param name="isOfStore">Whether its items are those that there were.</param>
    public static byte[] Write(long number, bool isOfStore)
    {
        byte[] mark = new byte[Bytes];
        mark[0] = isOfStore ? OfStoreVersion : FormatVersion;
        BinaryPrimitives.WriteInt64LittleEndian(mark.AsSpan(1), number);
        return mark;
    }

    /// <summary>Whether a mark is of a push whose items are those that there were.</summary>
    public static bool IsOfStore(ReadOnlySpan<byte> mark) => mark[0] == OfStoreVersion;

    /// <summary>The number of a mark's push.</summary>
    /// <exception cref="ChangeFormatException">It is no mark.</exception>
    public static long Read(ReadOnlySpan<byte> record)
        => record.Length != Bytes || record[0] is not (FormatVersion or OfStoreVersion)
            ? throw new ChangeFormatException(
                0,
                $"format version {FormatVersion} or {OfStoreVersion} and a number",
                $"{record[0]} and {record.Length - 1} bytes")
            : BinaryPrimitives.ReadInt64LittleEndian(record[1..]);
}
