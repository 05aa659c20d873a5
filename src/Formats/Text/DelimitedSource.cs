using System.Text;
using Linr.Formats.Rows;

namespace Linr.Formats.Text;

/// <summary>The rows of a CSV or TSV file. Every value is text; what it means is the reader's to say.</summary>
internal sealed class DelimitedSource : RowSource
{
    private const int DelimiterLengthMax = 8;
    private readonly DelimitedReader _reader;
    private readonly List<string> _columns = [];
    private readonly List<Range> _values = [];
    private readonly byte _valueSeparator;
    private int _selected;
    private bool _firstIsData;

    public DelimitedSource(
        string path, DataFormat format, ReadOptions options, Func<IReadOnlyList<string>, bool> headerTest)
        : base(path)
    {
        DelimitedOptions delimited = options.Delimited;
        string delimiter = delimited.Delimiter ?? (format == DataFormat.Tsv ? "\t" : ",");
        if (delimiter.Length is 0 or > DelimiterLengthMax || !Ascii.IsValid(delimiter)
            || delimiter.AsSpan().ContainsAny("\"\r\n"))
        {
            throw new ArgumentException(
                $"Expected a delimiter of 1 to {DelimiterLengthMax} ASCII characters, no quote or line end among them; "
                + $"found {DataFormatException.Quote(delimiter)}.",
                nameof(options));
        }

        if (!char.IsAscii(delimited.ValueSeparator))
        {
            throw new ArgumentException(
                $"Expected an ASCII value separator; found '{delimited.ValueSeparator}'.", nameof(options));
        }

        _valueSeparator = (byte)delimited.ValueSeparator;
        Stream stream = DataFile.OpenRead(path);
        if (delimited.Latin1)
        {
            stream = Encoding.CreateTranscodingStream(stream, Encoding.Latin1, Encoding.UTF8);
        }

        _reader = new DelimitedReader(
            path, stream, Encoding.ASCII.GetBytes(delimiter), delimited.Quotes, options.RowBytesMax);
        try
        {
            ReadHeader(delimited.HasHeader, headerTest);
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string PositionUnit => "line";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => _columns;

    /// <inheritdoc/>
    public override bool KnowsLists => false;

    /// <inheritdoc/>
    public override int Find(ColumnRef column) => FindAmong(_columns, column);

    /// <inheritdoc/>
    public override bool Read()
    {
        if (_firstIsData)
        {
            _firstIsData = false;
            return true;
        }

        try
        {
            if (!_reader.Read())
            {
                return false;
            }
        }
        finally
        {
            Position = _reader.Line;
        }

        return _columns.Count == 0 || _reader.Count == _columns.Count
            ? true
            : throw _reader.Error($"{_columns.Count} columns", $"{_reader.Count}");
    }

    /// <inheritdoc/>
    public override int Select(int column, bool multiValued)
    {
        _selected = column;
        _values.Clear();
        ReadOnlySpan<byte> text = _reader[column];
        if (text.IsEmpty)
        {
            return 0;
        }

        if (!multiValued)
        {
            _values.Add(..text.Length);
            return 1;
        }

        foreach (Range range in text.Split(_valueSeparator))
        {
            if (!text[range].IsEmpty)
            {
                _values.Add(range);
            }
        }

        return _values.Count;
    }

    /// <inheritdoc/>
    public override Cell Value(int position) => Cell.OfUtf8(CellKind.Text, _reader[_selected][_values[position]]);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _reader.Dispose();

    private void ReadHeader(bool? hasHeader, Func<IReadOnlyList<string>, bool> headerTest)
    {
        if (!_reader.Read())
        {
            return;
        }

        Position = _reader.Line;
        var names = new List<string>(_reader.Count);
        for (int column = 0; column < _reader.Count; column++)
        {
            names.Add(Encoding.UTF8.GetString(_reader[column]));
        }

        if (hasHeader ?? headerTest(names))
        {
            _columns.AddRange(names);
            return;
        }

        _firstIsData = true;
        for (int column = 1; column <= names.Count; column++)
        {
            _columns.Add($"#{column}");
        }
    }
}
