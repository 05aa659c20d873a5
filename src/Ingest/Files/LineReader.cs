using Linr.Formats;
using Linr.Formats.Text;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Files;

/// <summary>The changes of the lines of one file.</summary>
internal sealed class LineReader : IDisposable
{
    private readonly string _source;
    private readonly string _file;
    private readonly FileSourceOptions _options;
    private readonly SourceFeed _feed;
    private readonly JsonRecordSource _record;
    private readonly ItemChangeReader _reader;
    private readonly BatchBuilder<long> _builder = new();
    private long _line;

    public LineReader(string source, FilePosition start, FileSourceOptions options, SourceFeed feed)
    {
        (_source, _file, _line, _options, _feed) = (source, start.File, start.Row, options, feed);
        _record = new JsonRecordSource(start.File, "line");
        _reader = new ItemChangeReader(_record, options.Items with { Schema = feed.Schema });
    }

    /// <summary>The changes of whole lines; a line that is none is poison, alone in a batch.</summary>
    /// <param name="lines">The lines; the last may lack its end.</param>
    /// <param name="file">The file, in which they begin at <see cref="LineFile.Offset"/>.</param>
    /// <param name="written">When they were written.</param>
    public IEnumerable<ChangeBatch> Read(ReadOnlyMemory<byte> lines, LineFile file, DateTimeOffset written)
    {
        long offset = file.Offset;
        while (!lines.IsEmpty)
        {
            int end = lines.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = lines[..(end < 0 ? lines.Length : end)];
            int taken = end < 0 ? lines.Length : end + 1;
            PoisonRecord? poison = Add(offset == 0 ? WithoutMark(line) : line);
            if (poison is not null)
            {
                if (_builder.Count > 0)
                {
                    yield return Take(offset, _line - 1);
                }

                yield return new ChangeBatch { Poison = [poison], Position = PositionAt(offset + taken, _line) };
            }

            offset += taken;
            lines = lines[taken..];
            if (_builder.Count > 0 && (lines.IsEmpty || _builder.IsFull(_options.BatchChangesMax)))
            {
                yield return Take(offset, _line);
            }
        }

        ChangeBatch Take(long to, long row) => _builder.Take(PositionAt(to, row), place => $"{_file}, line {place}");

        SourcePosition PositionAt(long to, long row)
            => new FilePosition(_file, row, to, file.HashOf(to)).ToSource(_source, written);
    }

    /// <inheritdoc/>
    public void Dispose() => _record.Dispose();

    private PoisonRecord? Add(ReadOnlyMemory<byte> line)
    {
        _line++;
        if (line.Span.Trim(" \t\r"u8).IsEmpty)
        {
            return null;
        }

        try
        {
            _record.Set(line, _line);
            _record.Read();
            ItemChange change = _reader.Read();
            UnknownColumns.Report(_reader, _file, _feed, _options.RefusesUnknownColumns);
            _builder.Add(change, _line, line.Length);
            return null;
        }
        catch (DataFormatException error)
        {
            return new PoisonRecord($"{_file}, line {_line}", RecordText.Of(line.Span), error.Message);
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> line)
        => line.Span.StartsWith("\uFEFF"u8) ? line[3..] : line;
}
