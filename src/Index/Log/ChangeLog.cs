using Linr.Index.Log.Files;

namespace Linr.Index.Log;

/// <summary>
/// A log of records in a folder of files: what was acknowledged is there after a kill or a power cut, in order. Records
/// are numbered from the first one ever on: that is a record's offset. Many callers may append and read at a time;
/// appends that wait together go to the disk together, with one sync. One process at a time has a log open.
/// docs/durability.md has the format and what is guaranteed.
/// </summary>
public sealed partial class ChangeLog : IDisposable
{
    // The committer and those who wait for room use it as a monitor. No file is written under it.
    private readonly object _gate = new();
    private readonly Lock _dropGate = new();
    private readonly ILogFiles _files;
    private readonly ChangeLogOptions _options;
    private readonly IDisposable _lock;
    private readonly List<Segment> _segments;
    private readonly LogWriter _writer;
    private readonly Thread _committer;
    private PendingGroup _pending = new();
    private PendingGroup _spare = new();
    private Exception? _stopped;
    private Exception? _dropError;
    private bool _isDisposed;
    private long _nextOffset;
    private long _endOffset;

    private ChangeLog(ILogFiles files, ChangeLogOptions options, IDisposable folderLock)
    {
        _files = files;
        _options = options;
        _lock = folderLock;
        LogScan scan = LogScan.Run(files);
        Opened = scan.Summary;
        _writer = LogWriter.Open(files, scan, options);
        _segments = scan.Segments;
        NoteWritten();
        _nextOffset = _endOffset;
        if (Opened.Segments == 0)
        {
            Opened = Opened with { FirstOffset = _endOffset, EndOffset = _endOffset };
        }

        _committer = new Thread(CommitAll) { IsBackground = true, Name = "linr log" };
        _committer.Start();
    }

    /// <summary>What was found when it was opened, and what was cut off.</summary>
    public LogSummary Opened { get; }

    /// <summary>The offset of the oldest record kept; <see cref="EndOffset"/> if there is none.</summary>
    public long FirstOffset
    {
        get
        {
            lock (_gate)
            {
                return _segments[0].Header.FirstOffset;
            }
        }
    }

    /// <summary>One more than the offset of the newest durable record.</summary>
    public long EndOffset
    {
        get
        {
            lock (_gate)
            {
                return _endOffset;
            }
        }
    }

    /// <summary>Bytes of all files, as far as they are durable.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _segments.Sum(segment => segment.DurableBytes);
            }
        }
    }

    /// <summary>
    /// Opens the log of a folder, or makes an empty one. All of it is read and checked. A last group that a crash tore
    /// is cut off and reported in <see cref="Opened"/>.
    /// </summary>
    /// <param name="folder">The folder; made if it is not there. Nothing else should be in it.</param>
    /// <param name="options">How it is kept.</param>
    /// <exception cref="ChangeLogException">It is damaged where acknowledged records are or were.</exception>
    /// <exception cref="IOException">The disk failed, or another process has the log open.</exception>
    public static ChangeLog Open(string folder, ChangeLogOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Open(new DiskLogFiles(folder), options ?? new ChangeLogOptions());
    }

    /// <summary>Reads and checks all of a log that nobody has open, and changes nothing.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>What it holds, and what opening would cut off.</returns>
    /// <exception cref="ChangeLogException">It is damaged where acknowledged records are or were.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static LogSummary Verify(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Directory.Exists(folder)
            ? LogScan.Run(new DiskLogFiles(folder)).Summary
            : throw new DirectoryNotFoundException($"{folder}: expected the folder of a log; found none.");
    }

    /// <summary>
    /// The records of a log from an offset on, which another may have open and write: nothing is changed, and a group
    /// that is not whole yet ends them. All of the log is checked first.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="offset">The first offset.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset was dropped, or is beyond the end.</exception>
    /// <exception cref="ChangeLogException">The log is damaged where acknowledged records are or were.</exception>
    /// <exception cref="IOException">It cannot be read, or a file was dropped meanwhile.</exception>
    public static IEnumerable<LogRecord> Read(string folder, long offset)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder}: expected the folder of a log; found none.");
        }

        var files = new DiskLogFiles(folder);
        LogScan scan = LogScan.Run(files);
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, scan.Summary.FirstOffset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, scan.Summary.EndOffset);
        return Read(files, scan, offset);
    }

    /// <summary>Writes what was appended, and closes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }

        _committer.Join();
        if (_stopped is null)
        {
            try
            {
                _writer.TryWriteMark();
            }
            catch (LogWriteException)
            {
                // The mark only: all that was acknowledged is on the disk.
            }
        }

        _writer.Dispose();
        _lock.Dispose();
    }

    private static IEnumerable<LogRecord> Read(DiskLogFiles files, LogScan scan, long offset)
    {
        foreach (Segment segment in scan.Segments)
        {
            using ILogFile file = files.Open(segment.Name, forWriting: false);
            segment.ThrowIfOther(files, file);
            var reader = new GroupReader(file, segment.Header, segment.DurableBytes);
            foreach (LogRecord record in reader.Records(offset, scan.NextOffset))
            {
                yield return record;
                offset = record.Offset + 1;
            }

            if (reader.Fault is { } fault)
            {
                throw new ChangeLogException(files.PathOf(segment.Name), reader.NextOffset, fault);
            }
        }
    }

    internal static ChangeLog Open(ILogFiles files, ChangeLogOptions options)
    {
        options.ThrowIfWrong();
        IDisposable folderLock = files.Lock();
        try
        {
            return new ChangeLog(files, options, folderLock);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }
}
