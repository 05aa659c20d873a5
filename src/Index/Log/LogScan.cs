using Linr.Index.Log.Files;

namespace Linr.Index.Log;

/// <summary>What is found in a log's folder, every group of it checked, with nothing changed.</summary>
internal sealed class LogScan
{
    public const string UnfinishedExtension = ".tmp";

    private LogScan()
    {
    }

    /// <summary>The segments, the oldest first; their durable bytes are those of whole groups.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Files that a crash left before they were segments.</summary>
    public List<string> Unfinished { get; } = [];

    /// <summary>A torn last group; null if there is none.</summary>
    public LogCut? Cut { get; private set; }

    /// <summary>The number that the next group gets.</summary>
    public long NextNumber { get; private set; }

    /// <summary>The offset that the next record gets.</summary>
    public long NextOffset { get; private set; }

    /// <summary>
    /// When the last group was written, in milliseconds after 1970-01-01 UTC; 0 where that is not known.
    /// </summary>
    public long LastMs { get; private set; }

    /// <summary>Groups read.</summary>
    public long Groups { get; private set; }

    public LogSummary Summary => new(
        Segments.Count == 0 ? NextOffset : Segments[0].Header.FirstOffset,
        NextOffset,
        Segments.Count,
        Groups,
        Segments.Sum(segment => segment.DurableBytes),
        Cut);

    /// <summary>Reads a whole log.</summary>
    /// <exception cref="ChangeLogException">It is damaged where acknowledged records are or were.</exception>
    public static LogScan Run(ILogFiles files)
    {
        var scan = new LogScan();
        IReadOnlyList<string> names = files.List();
        scan.Unfinished.AddRange(names.Where(name => name.EndsWith(UnfinishedExtension, StringComparison.Ordinal)));
        string[] segments = [.. names
            .Where(name => name.EndsWith(SegmentHeader.Extension, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        for (int i = 0; i < segments.Length; i++)
        {
            scan.Read(files, segments[i], isLast: i == segments.Length - 1);
        }

        return scan;
    }

    private void Read(ILogFiles files, string name, bool isLast)
    {
        using ILogFile file = files.Open(name, forWriting: false);
        SegmentHeader header = Segment.ReadHeader(files, file, name, NextOffset);
        if (Segments.Count > 0)
        {
            SegmentHeader expected = new(Segments[0].Header.LogId, NextNumber, NextOffset, header.CreatedMs);
            if (header != expected)
            {
                throw new ChangeLogException(
                    files.PathOf(name), NextOffset, new LogFault(0, $"{expected}", $"{header}"));
            }
        }

        long length = file.Length;
        var reader = new GroupReader(file, header, length);
        while (reader.Read())
        {
            Groups++;
            LastMs = header.CreatedMs + reader.Header.AgeMs;
        }

        (NextNumber, NextOffset) = (reader.NextNumber, reader.NextOffset);
        Segments.Add(new Segment(header) { DurableBytes = reader.Position });
        if (reader.Fault is not { } fault)
        {
            return;
        }

        // A later segment is begun, as a later group is written, only after all before it was synced.
        if (!isLast || reader.HasLaterGroup())
        {
            throw new ChangeLogException(files.PathOf(name), NextOffset, fault);
        }

        Cut = new LogCut(
            files.PathOf(name),
            reader.Position,
            length - reader.Position,
            NextOffset,
            $"byte {fault.ByteOffset}: expected {fault.Expected}; found {fault.Found}");
    }
}
