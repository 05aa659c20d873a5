using System.Buffers;
using System.Globalization;
using System.Text;
using Linr.Formats.Rows;

namespace Linr.Formats.Text;

/// <summary>
/// Writes CSV or TSV (RFC 4180, LF, a header). Values of a list are joined by <c>|</c>; a missing value and an empty
/// text are the same nothing.
/// </summary>
internal sealed class DelimitedSink : RowSink
{
    private const char ValueSeparator = '|';
    private readonly string _path;
    private readonly StreamWriter _writer;
    private readonly char _delimiter;
    private readonly SearchValues<char> _quoted;
    private readonly StringBuilder _list = new();
    private bool _inRow;

    public DelimitedSink(string path, char delimiter, IReadOnlyList<SinkColumn> columns)
    {
        _path = path;
        _delimiter = delimiter;
        _quoted = SearchValues.Create([delimiter, '"', '\r', '\n']);
        _writer = new StreamWriter(DataFile.OpenWrite(path), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        foreach (SinkColumn column in columns)
        {
            Write(column.Name);
        }

        EndRow();
    }

    /// <inheritdoc/>
    public override void AddMissing() => Write(string.Empty);

    /// <inheritdoc/>
    public override void Add(Value value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Add(IReadOnlyList<Value> values)
    {
        _list.Clear();
        foreach (Value value in values)
        {
            string text = value.ToString();
            if (text.Contains(ValueSeparator, StringComparison.Ordinal))
            {
                throw DataFormatException.OfFile(
                    _path,
                    $"values without '{ValueSeparator}' in a multi-valued column (write .jsonl or .parquet instead)",
                    DataFormatException.Quote(text));
            }

            _list.Append(_list.Length == 0 ? string.Empty : ValueSeparator).Append(text);
        }

        Write(_list.ToString());
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> embedding)
    {
        _list.Clear();
        foreach (float number in embedding)
        {
            if (_list.Length > 0)
            {
                _list.Append(ValueSeparator);
            }

            _list.Append(CultureInfo.InvariantCulture, $"{number:R}");
        }

        Write(_list.ToString());
    }

    /// <inheritdoc/>
    public override void EndRow()
    {
        _writer.Write('\n');
        _inRow = false;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _writer.Dispose();

    private void Write(string text)
    {
        if (_inRow)
        {
            _writer.Write(_delimiter);
        }

        _inRow = true;
        if (!text.AsSpan().ContainsAny(_quoted))
        {
            _writer.Write(text);
            return;
        }

        _writer.Write('"');
        _writer.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        _writer.Write('"');
    }
}
