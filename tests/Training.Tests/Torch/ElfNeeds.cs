using System.Buffers.Binary;
using System.Text;

namespace Linr.Training.Tests.Torch;

/// <summary>
/// The symbol versions that a shared object needs, found as the loader finds them: by the program headers and the
/// dynamic segment, where the code under test goes by the section headers.
/// </summary>
internal static class ElfNeeds
{
    private const int LoadSegment = 1;
    private const int DynamicSegment = 2;
    private const long StringTable = 5;
    private const long VersionNeeds = 0x6FFF_FFFE;
    private const long VersionNeedCount = 0x6FFF_FFFF;

    /// <summary>Each need: the version's name, where its flags stand, and what they are.</summary>
    public static IReadOnlyList<(string Version, int FlagsAt, ushort Flags)> Read(byte[] image)
    {
        var segments = Segments(image).ToList();
        (_, long dynamicStart, _, long dynamicBytes) = segments.Single(segment => segment.Type == DynamicSegment);
        var tags = new Dictionary<long, long>();
        for (long at = dynamicStart; at < dynamicStart + dynamicBytes; at += 16)
        {
            tags.TryAdd(Long(image, at), Long(image, at + 8));
        }

        if (!tags.TryGetValue(VersionNeeds, out long needs))
        {
            return [];
        }

        long need = FileOffset(needs);
        long names = FileOffset(tags[StringTable]);
        var found = new List<(string, int, ushort)>();
        for (long left = tags[VersionNeedCount]; left > 0; left--)
        {
            long entry = need + Int(image, need + 8);
            for (int entries = Short(image, need + 2); entries > 0; entries--)
            {
                found.Add((Name(image, names + Int(image, entry + 8)), (int)entry + 4, Short(image, entry + 4)));
                entry += Int(image, entry + 12);
            }

            need += Int(image, need + 12);
        }

        return found;

        long FileOffset(long address) => segments
            .Where(segment => segment.Type == LoadSegment)
            .Where(segment => address >= segment.Address && address < segment.Address + segment.Bytes)
            .Select(segment => address - segment.Address + segment.Start)
            .Single();
    }

    private static IEnumerable<(int Type, long Start, long Address, long Bytes)> Segments(byte[] image)
    {
        long headers = Long(image, 0x20);
        for (int segment = 0; segment < Short(image, 0x38); segment++)
        {
            long at = headers + (segment * Short(image, 0x36));
            yield return (Int(image, at), Long(image, at + 8), Long(image, at + 16), Long(image, at + 32));
        }
    }

    private static string Name(byte[] image, long at)
        => Encoding.ASCII.GetString(image.AsSpan((int)at, image.AsSpan((int)at).IndexOf((byte)0)));

    private static ushort Short(byte[] image, long at)
        => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan((int)at));

    private static int Int(byte[] image, long at) => BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan((int)at));

    private static long Long(byte[] image, long at) => BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan((int)at));
}
