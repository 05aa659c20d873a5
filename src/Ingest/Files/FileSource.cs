using System.Runtime.CompilerServices;
using Linr.Formats;
using Linr.Formats.Columnar;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Files;

/// <summary>
/// Changes from a JSON Lines or Parquet file, or from a folder of them, and what is added to them later: lines at the
/// end of the last file, and files that follow it by name. An item is put in whole; <c>$op</c> says <c>update</c> or
/// <c>delete</c>, <c>$version</c> the version.
/// </summary>
public sealed class FileSource : IChangeSource
{
    private static readonly TimeSpan s_writingTime = TimeSpan.FromSeconds(2);

    private readonly FileSourceOptions _options;

    /// <summary>A source of files.</summary>
    public FileSource(FileSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchChangesMax);
        _options = options;
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
        Name = options.Name ?? "file:" + Path.GetFileName(path);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        SourceFeed feed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(feed);
        var files = new FileFolder(_options.Path);
        FilePosition position = feed.Position is { } known
            ? PositionJson.Read(known, PositionJson.Default.FilePosition) : FilePosition.Start;
        yield return new ChangeBatch { Position = position.ToSource(Name, feed.Position?.CommittedAt) };
        foreach (string other in files.Others())
        {
            feed.Notice($"{other}: is neither JSON Lines nor Parquet, and is not read.");
        }

        feed.State = SourceState.InitialCopy;
        while (true)
        {
            // A file that is gone was read: what is left of it cannot be known.
            if (position.File.Length > 0 && File.Exists(files.PathOf(position.File)))
            {
                IAsyncEnumerable<ChangeBatch> rest = FileFolder.IsTable(position.File)
                    ? ReadTableAsync(files, position, feed, cancellation)
                    : ReadTextAsync(files, position, feed, cancellation);
                await foreach (ChangeBatch batch in rest.ConfigureAwait(false))
                {
                    yield return batch;
                }
            }

            string[] after = files.IsOneFile ? files.After(string.Empty) : files.After(position.File);
            bool isReplaced = files.IsOneFile && position.File.Length > 0;
            if (after.Length > 0 && (_options.Follows || !isReplaced))
            {
                if (isReplaced)
                {
                    feed.Notice($"{after[0]}: was replaced by a new file, which is read from its start.");
                }

                position = FilePosition.Start with { File = after[0] };
                continue;
            }

            if (!_options.Follows)
            {
                yield break;
            }

            await PauseAsync(feed, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Acknowledge(SourcePosition position)
    {
        // Nothing is kept for this source but the files themselves.
    }

    /// <summary>The rest of a file of lines; ends when there is a file after it.</summary>
    private async IAsyncEnumerable<ChangeBatch> ReadTextAsync(
        FileFolder files, FilePosition start, SourceFeed feed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var file = new LineFile(files.PathOf(start.File), start.Offset, _options.Items.RowBytesMax);
        using var lines = new LineReader(Name, start, _options, feed);
        ulong hash = start.Hash;
        while (true)
        {
            if (file.Length < file.Offset || file.HashOf(file.Offset) != hash)
            {
                throw new SourceException(
                    $"{start.File}: expected the {file.Offset} bytes that were read, and more behind them; found "
                    + $"{file.Length} bytes, or others: it was truncated, or replaced while it was not followed.");
            }

            ReadOnlyMemory<byte> found = file.ReadLines();
            if (found.IsEmpty && MayGrow(files, start.File, file))
            {
                await PauseAsync(feed, cancellation).ConfigureAwait(false);
                continue;
            }

            if (found.IsEmpty)
            {
                // It has its end; what was written before that was known is still to be read.
                found = file.ReadLines();
                found = found.IsEmpty ? file.Rest : found;
            }

            if (found.IsEmpty)
            {
                yield break;
            }

            DateTimeOffset written = file.WrittenAt;
            foreach (ChangeBatch batch in lines.Read(found, file, written))
            {
                yield return batch;
            }

            file.Take(found.Length);
            hash = file.HashOf(file.Offset);
            feed.SetLag(file.Length - file.Offset, "bytes");
        }
    }

    // The last file of a folder, and one that has its name.
    private bool MayGrow(FileFolder files, string name, LineFile file)
        => _options.Follows && !(files.IsOneFile ? file.IsReplaced() : files.After(name).Length > 0);

    /// <summary>The rest of a Parquet file, which does not grow; ends when there is a file after it.</summary>
    private async IAsyncEnumerable<ChangeBatch> ReadTableAsync(
        FileFolder files, FilePosition start, SourceFeed feed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string path = files.PathOf(start.File);
        using (ParquetSource rows = await OpenAsync(path, feed, cancellation).ConfigureAwait(false))
        {
            DateTimeOffset written = new(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
            foreach (ChangeBatch batch in new TableReader(Name, start, _options, feed).Read(rows, written))
            {
                cancellation.ThrowIfCancellationRequested();
                yield return batch;
            }
        }

        feed.SetLag(0, "bytes");
        feed.State = SourceState.Streaming;
        while (_options.Follows && !files.IsOneFile && files.After(start.File).Length == 0)
        {
            await PauseAsync(feed, cancellation).ConfigureAwait(false);
        }

        if (_options.Follows && files.IsOneFile)
        {
            // A table is whole from the start: another of its name is another source.
            await Task.Delay(Timeout.InfiniteTimeSpan, feed.Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A file that is being written is no Parquet file until its end is there.</summary>
    private async Task<ParquetSource> OpenAsync(string path, SourceFeed feed, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new ParquetSource(path);
            }
            catch (Exception error) when (error is DataFormatException or IOException)
            {
                var file = new FileInfo(path);
                if (!_options.Follows || feed.Time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > s_writingTime)
                {
                    throw new SourceException(error.Message.Replace(path, file.Name, StringComparison.Ordinal), error);
                }
            }

            await PauseAsync(feed, cancellation).ConfigureAwait(false);
        }
    }

    private Task PauseAsync(SourceFeed feed, CancellationToken cancellation)
    {
        feed.State = SourceState.Streaming;
        return Task.Delay(_options.PollInterval, feed.Time, cancellation);
    }
}
