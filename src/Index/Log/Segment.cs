using Linr.Index.Log.Files;

namespace Linr.Index.Log;

/// <summary>A file of a log.</summary>
internal sealed class Segment(SegmentHeader header)
{
    public SegmentHeader Header => header;

    public string Name => header.Name;

    /// <summary>Bytes of it that are durable; what follows is on its way.</summary>
    public long DurableBytes { get; set; } = SegmentHeader.Bytes;

    /// <summary>Reads the header of a file and refuses one that is wrong, or not what its name says.</summary>
    /// <exception cref="ChangeLogException">The header is wrong.</exception>
    public static SegmentHeader ReadHeader(ILogFiles files, ILogFile file, string name, long offset)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        int length = file.Read(bytes, 0);
        LogFault? fault = SegmentHeader.Read(bytes[..length], out SegmentHeader header);
        if (fault is null && header.Name != name)
        {
            fault = new LogFault(0, "the segment that its name says", $"segment {header.Name}");
        }

        return fault is null ? header : throw new ChangeLogException(files.PathOf(name), offset, fault.Value);
    }

    /// <summary>Refuses a file whose header is not that of this segment any more.</summary>
    /// <exception cref="ChangeLogException">It is another.</exception>
    public void ThrowIfOther(ILogFiles files, ILogFile file)
    {
        SegmentHeader found = ReadHeader(files, file, Name, header.FirstOffset);
        if (found != header)
        {
            throw new ChangeLogException(
                files.PathOf(Name), header.FirstOffset, new LogFault(0, $"{header}", $"{found}"));
        }
    }
}
