using Microsoft.Extensions.Logging;

namespace Linr.Server.Security;

/// <summary>
/// What a file says, read again when it has changed: by its time and length, looked at by the requests themselves, so
/// that it works on every file system and when a folder is swapped below the path. A file that cannot be read leaves
/// what was read before, and the log says so. Safe for concurrent callers.
/// </summary>
/// <param name="setting">The setting that names the files, for the log.</param>
/// <param name="paths">The files that make one value; a change of any reads all.</param>
/// <param name="read">Reads them.</param>
/// <param name="time">Says when to look again.</param>
/// <param name="log">Is told of each change.</param>
internal sealed partial class ReloadedFile<T>(
    string setting, IReadOnlyList<string> paths, Func<T> read, TimeProvider time, ILogger log)
    where T : class
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private volatile T? _value;
    private string _stamp = string.Empty;
    private string? _failed;
    private long _lookedAt;

    /// <summary>Reads it the first time, so that from then on there is what was read before.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It is not what it should be.</exception>
    public ReloadedFile<T> Read()
    {
        _ = Value;
        return this;
    }

    /// <summary>What it says now, at most a second late.</summary>
    /// <exception cref="IOException">It has never been read, and cannot be.</exception>
    /// <exception cref="FormatException">The same.</exception>
    public T Value
    {
        get
        {
            T? value = _value;
            if (value is not null && time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) < s_lookInterval)
            {
                return value;
            }

            if (value is null)
            {
                _lock.Enter();
            }
            else if (!_lock.TryEnter())
            {
                // One looks; the others go on with what there is.
                return value;
            }

            try
            {
                return Look();
            }
            finally
            {
                _lock.Exit();
            }
        }
    }

    private T Look()
    {
        T? before = _value;
        // What changes while it is read is read again.
        string stamp = Stamp();
        Interlocked.Exchange(ref _lookedAt, time.GetTimestamp());
        if (before is not null && stamp == _stamp)
        {
            return before;
        }

        try
        {
            T value = read();
            (_value, _stamp, _failed) = (value, stamp, null);
            if (before is not null)
            {
                LogRead(setting);
            }

            return value;
        }
        catch (Exception error) when (
            before is not null && error is (IOException or UnauthorizedAccessException or FormatException))
        {
            // Half a file, most likely, or one that its writer has not let others read yet: it is tried again, and
            // told of once.
            if (_failed != stamp)
            {
                _failed = stamp;
                LogFailed(setting, error.Message);
            }

            return before;
        }
    }

    private string Stamp() => string.Join('|', paths.Select(path =>
    {
        try
        {
            // The target counts: a link to the same path may lead elsewhere now.
            FileSystemInfo target = File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            long length = target is FileInfo { Exists: true } file ? file.Length : -1;
            return $"{target.FullName}:{target.LastWriteTimeUtc.Ticks}:{length}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{path}: {error.GetType().Name}";
        }
    }));

    [LoggerMessage(EventId = 341, Level = LogLevel.Information, Message = "{Setting} has changed and was read again.")]
    private partial void LogRead(string setting);

    [LoggerMessage(
        EventId = 342,
        Level = LogLevel.Error,
        Message = "{Setting} has changed and cannot be read; what it said before still holds: {Problem}")]
    private partial void LogFailed(string setting, string problem);
}
