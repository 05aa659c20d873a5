using System.Buffers.Binary;
using System.Text;

namespace Linr.Training.Torch;

/// <summary>
/// Edits one field of an ELF64 little-endian shared object: the "weak" flag of a needed symbol version. The loader
/// refuses a library whose needed version the host lacks, even when no symbol of that version is called; with the
/// flag it only warns.
/// </summary>
internal static class ElfVersionNeed
{
    private const int SectionHeadersOffset = 0x28;
    private const int SectionHeaderSizes = 0x3A;
    private const uint VersionNeedSection = 0x6FFF_FFFE;
    private const ushort WeakFlag = 2;

    /// <summary>Marks <paramref name="version"/> as weak wherever <paramref name="image"/> needs it.</summary>
    /// <returns>How many entries were marked.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such a file.</exception>
    public static int MarkWeak(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual(
            (ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("Expected a 64-bit little-endian ELF file; found another kind of file.");
        }

        try
        {
            return MarkEntries(image, version);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF file points outside itself: it is cut or damaged.");
        }
    }

    private static int MarkEntries(Span<byte> image, string version)
    {
        int headers = checked((int)ReadUInt64(image, SectionHeadersOffset));
        int headerBytes = ReadUInt16(image, SectionHeaderSizes);
        int headerCount = ReadUInt16(image, SectionHeaderSizes + 2);
        int marked = 0;
        for (int section = 0; section < headerCount; section++)
        {
            int header = headers + (section * headerBytes);
            if (ReadUInt32(image, header + 4) != VersionNeedSection)
            {
                continue;
            }

            int names = headers + (checked((int)ReadUInt32(image, header + 40)) * headerBytes);
            int namesStart = checked((int)ReadUInt64(image, names + 24));
            marked += MarkSection(image, checked((int)ReadUInt64(image, header + 24)), namesStart, version);
        }

        return marked;
    }

    // A chain of files needed, each with a chain of versions: {version, count, file, first, next} and
    // {hash, flags, other, name, next}; offsets are relative to the entry that holds them.
    private static int MarkSection(Span<byte> image, int need, int names, string version)
    {
        int marked = 0;
        while (true)
        {
            int entry = need + checked((int)ReadUInt32(image, need + 8));
            for (int left = ReadUInt16(image, need + 2); left > 0; left--)
            {
                if (NameAt(image, names + checked((int)ReadUInt32(image, entry + 8))) == version)
                {
                    ushort flags = ReadUInt16(image, entry + 4);
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(entry + 4)..], (ushort)(flags | WeakFlag));
                    marked++;
                }

                entry += checked((int)ReadUInt32(image, entry + 12));
            }

            int next = checked((int)ReadUInt32(image, need + 12));
            if (next == 0)
            {
                return marked;
            }

            need += next;
        }
    }

    private static string NameAt(ReadOnlySpan<byte> image, int start)
    {
        ReadOnlySpan<byte> rest = image[start..];
        return Encoding.ASCII.GetString(rest[..Math.Max(0, rest.IndexOf((byte)0))]);
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> image, int at)
        => BinaryPrimitives.ReadUInt16LittleEndian(image[at..]);

    private static uint ReadUInt32(ReadOnlySpan<byte> image, int at)
        => BinaryPrimitives.ReadUInt32LittleEndian(image[at..]);

    private static ulong ReadUInt64(ReadOnlySpan<byte> image, int at)
        => BinaryPrimitives.ReadUInt64LittleEndian(image[at..]);
}
