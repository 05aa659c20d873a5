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
    private long _lookedAt;

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

            // One looks; the others go on with what there is.
            if (value is not null && !_lock.TryEnter())
            {
                return value;
            }

            if (value is null)
            {
                _lock.Enter();
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
        string stamp = Stamp();
        if (before is not null && stamp == _stamp)
        {
            Interlocked.Exchange(ref _lookedAt, time.GetTimestamp());
            return before;
        }

        try
        {
            T value = read();
            _value = value;
            if (before is not null)
            {
                LogRead(setting);
            }

            return value;
        }
        catch (Exception error) when (before is not null && error is not OutOfMemoryException)
        {
            // Half a file, most likely: it is looked at again once it has changed.
            LogFailed(setting, error.Message);
            return before;
        }
        finally
        {
            // What changed while it was read is read again.
            _stamp = stamp;
            Interlocked.Exchange(ref _lookedAt, time.GetTimestamp());
        }
    }

    private string Stamp() => string.Join('|', paths.Select(path =>
    {
        // The target counts: a link to the same path may lead elsewhere now.
        var file = new FileInfo(path);
        FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return $"{target.FullName}:{target.LastWriteTimeUtc.Ticks}:{(target as FileInfo is { Exists: true } one ? one.Length : -1)}";
    }));

    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "{Setting} has changed and was read again.")]
    private partial void LogRead(string setting);

    [LoggerMessage(
        EventId = 302,
        Level = LogLevel.Error,
        Message = "{Setting} has changed and cannot be read; what it said before still holds: {Problem}")]
    private partial void LogFailed(string setting, string problem);
}
