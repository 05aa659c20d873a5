using System.Globalization;
using System.Text.Json;
using Linr.Formats.Rows;

namespace Linr.Formats.Text;

/// <summary>
/// The rows of a JSON Lines file: one object a line, its properties are the columns, an array is a list of values, null
/// is a missing value, an object (or an array within an array) is one JSON value.
/// </summary>
internal sealed class JsonLinesSource(string path, int rowBytesMax) : RowSource(path)
{
    private readonly ByteWindow _window = new(path, DataFile.OpenRead(path), rowBytesMax);
    private readonly List<string> _columns = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<(CellKind Kind, int Start, int Length)> _cells = [];
    private (int First, int Count, bool Seen)[] _row = [];
    private byte[] _text = [];
    private int _textBytes;
    private int _lineBytes;
    private long _nextLine = 1;
    private int _first;

    /// <inheritdoc/>
    public override string PositionUnit => "line";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => _columns;

    /// <inheritdoc/>
    public override int Find(ColumnRef column)
        => column.Name is null ? FindAmong(_columns, column) : Place(column.Name);

    /// <inheritdoc/>
    public override bool Read()
    {
        ReadOnlySpan<byte> line;
        do
        {
            if (!ReadLine(out line))
            {
                return false;
            }
        }
        while (line.Trim(" \t\r"u8).IsEmpty);

        Parse(line);
        return true;
    }

    /// <inheritdoc/>
    public override int Select(int column, bool multiValued)
    {
        (_first, int count, _) = _row[column];
        return count;
    }

    /// <inheritdoc/>
    public override Cell Value(int position)
    {
        (CellKind kind, int start, int length) = _cells[_first + position];
        return kind == CellKind.Boolean
            ? Cell.OfBoolean(length != 0)
            : Cell.OfUtf8(kind, kind == CellKind.Missing ? default : _text.AsSpan(start, length));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _window.Dispose();

    private bool ReadLine(out ReadOnlySpan<byte> line)
    {
        _window.Consume(_lineBytes);
        _lineBytes = 0;
        Position = _nextLine++;
        while (true)
        {
            int end = _window.Bytes.IndexOf((byte)'\n');
            if (end >= 0 || _window.Ended)
            {
                _lineBytes = end >= 0 ? end + 1 : _window.Bytes.Length;
                line = _window.Bytes[..(end >= 0 ? end : _lineBytes)];
                return _lineBytes > 0;
            }

            if (!_window.Fill())
            {
                SkipLine();
                throw Error(-1, $"a row of at most {rowBytesMax} bytes", "a longer one");
            }
        }
    }

    private void SkipLine()
    {
        int end;
        while ((end = _window.Bytes.IndexOf((byte)'\n')) < 0 && !_window.Ended)
        {
            _window.Consume(_window.Bytes.Length);
            _window.Fill();
        }

        _window.Consume(end < 0 ? _window.Bytes.Length : end + 1);
    }

    private void Parse(ReadOnlySpan<byte> line)
    {
        _cells.Clear();
        _textBytes = 0;
        Array.Clear(_row);
        if (_text.Length < line.Length)
        {
            _text = new byte[Math.Max(line.Length, 2 * _text.Length)];
        }

        try
        {
            var json = new Utf8JsonReader(line);
            _ = json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw Error(-1, "a JSON object", Describe(json.TokenType));
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                ReadProperty(ref json, line);
            }

            _ = json.Read();
        }
        catch (JsonException error)
        {
            throw Error(-1, "a JSON object", string.Create(
                CultureInfo.InvariantCulture, $"invalid JSON at byte {error.BytePositionInLine + 1} of the line"));
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader says so when a string is not valid UTF-8 or has half a surrogate pair.
            throw Error(-1, "a JSON object", "a string that is not valid Unicode");
        }
    }

    private void ReadProperty(ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        int column = PlaceOf(ref json);
        if (_row[column].Seen)
        {
            throw Error(column, "each property once", "it again");
        }

        _ = json.Read();
        int first = _cells.Count;
        if (json.TokenType == JsonTokenType.StartArray)
        {
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                AddCell(ref json, line);
            }
        }
        else if (json.TokenType != JsonTokenType.Null)
        {
            AddCell(ref json, line);
        }

        _row[column] = (first, _cells.Count - first, true);
    }

    private void AddCell(ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        int start = _textBytes;
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                _textBytes += json.CopyString(_text.AsSpan(_textBytes));
                _cells.Add((CellKind.Text, start, _textBytes - start));
                break;
            case JsonTokenType.Number:
                AddText(CellKind.Number, json.ValueSpan);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _cells.Add((CellKind.Boolean, start, json.TokenType == JsonTokenType.True ? 1 : 0));
                break;
            case JsonTokenType.Null:
                _cells.Add((CellKind.Missing, start, 0));
                break;
            default:
                int from = (int)json.TokenStartIndex;
                json.Skip();
                AddText(CellKind.Json, line[from..(int)json.BytesConsumed]);
                break;
        }
    }

    private void AddText(CellKind kind, ReadOnlySpan<byte> text)
    {
        text.CopyTo(_text.AsSpan(_textBytes));
        _cells.Add((kind, _textBytes, text.Length));
        _textBytes += text.Length;
    }

    private int PlaceOf(ref Utf8JsonReader json)
    {
        // An escaped character is at most six bytes of one character.
        if (json.ValueSpan.Length > 6 * Limits.NameLengthMax)
        {
            throw Error(-1, $"property names of at most {Limits.NameLengthMax} characters", "a longer one");
        }

        Span<char> name = stackalloc char[6 * Limits.NameLengthMax];
        name = name[..json.CopyString(name)];
        return _places.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out int place)
            ? place
            : Place(name.ToString());
    }

    private int Place(string name)
    {
        if (_places.TryGetValue(name, out int place))
        {
            return place;
        }

        if (_columns.Count == Limits.FieldsMax)
        {
            throw Error(-1, $"at most {Limits.FieldsMax} different properties", DataFormatException.Quote(name));
        }

        if (_columns.Count == _row.Length)
        {
            Array.Resize(ref _row, Math.Max(16, 2 * _row.Length));
        }

        _places.Add(name, _columns.Count);
        _columns.Add(name);
        return _columns.Count - 1;
    }

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a boolean",
    };
}
