using System.Globalization;
using System.Text.Json;
using Linr.Formats.Rows;

namespace Linr.Formats.Text;

/// <summary>
/// Rows that are JSON objects: their properties are the columns, an array is a list of values, null is a missing value,
/// an object (or an array within an array) is one JSON value.
/// </summary>
internal abstract class JsonRowSource(string path) : RowSource(path)
{
    private readonly List<string> _columns = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _follows = [];
    private readonly List<(CellKind Kind, int Start, int Length, Range Json)> _cells = [];
    private (int First, int Count, bool Seen, Range Json)[] _row = [];
    private byte[] _text = [];
    private int _textBytes;
    private int _first;
    private int _last;
    private Selection _selection;

    private enum Selection
    {
        Values,
        JsonOfValues,
        JsonOfAll,
    }

    /// <inheritdoc/>
    public override string PositionUnit => "line";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => _columns;

    /// <inheritdoc/>
    public override int Find(ColumnRef column)
        => column.Name is null ? FindAmong(_columns, column) : Place(column.Name);

    /// <inheritdoc/>
    public override bool Has(int column) => _row[column].Seen;

    /// <inheritdoc/>
    public override int Select(int column, bool multiValued)
    {
        (_first, int count, _, _) = _row[column];
        _selection = Selection.Values;
        return count;
    }

    /// <inheritdoc/>
    public override int SelectJson(int column, bool multiValued)
    {
        int count = Select(column, multiValued);
        if (multiValued || _row[column].Json.Equals(default))
        {
            _selection = Selection.JsonOfValues;
            return count;
        }

        _selection = Selection.JsonOfAll;
        _first = column;
        return 1;
    }

    /// <inheritdoc/>
    public override Cell Value(int position)
    {
        if (_selection == Selection.JsonOfAll)
        {
            return Cell.OfUtf8(CellKind.Json, Row[_row[_first].Json]);
        }

        (CellKind kind, int start, int length, Range json) = _cells[_first + position];
        if (_selection == Selection.JsonOfValues && kind != CellKind.Missing)
        {
            return Cell.OfUtf8(CellKind.Json, Row[json]);
        }

        return kind == CellKind.Boolean
            ? Cell.OfBoolean(length != 0)
            : Cell.OfUtf8(kind, kind == CellKind.Missing ? default : _text.AsSpan(start, length));
    }

    /// <summary>The text of the current row, from its first byte on.</summary>
    protected abstract ReadOnlySpan<byte> Row { get; }

    /// <summary>Makes an object the current row; it stays in <see cref="Row"/> until the next.</summary>
    /// <exception cref="DataFormatException">It is no JSON object.</exception>
    protected void Parse(ReadOnlySpan<byte> line)
    {
        _cells.Clear();
        _textBytes = 0;
        _last = -1;
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
        int start = (int)json.TokenStartIndex;
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

        bool isNull = json.TokenType == JsonTokenType.Null;
        _row[column] = (first, _cells.Count - first, true, isNull ? default : start..(int)json.BytesConsumed);
    }

    private void AddCell(ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        int from = (int)json.TokenStartIndex;
        int start = _textBytes;
        CellKind kind = KindOf(json.TokenType);
        switch (kind)
        {
            case CellKind.Text:
                _textBytes += json.CopyString(_text.AsSpan(_textBytes));
                break;
            case CellKind.Number:
                AddText(json.ValueSpan);
                break;
            case CellKind.Boolean:
                // A boolean needs no text: its length says which.
                _cells.Add((kind, start, json.TokenType == JsonTokenType.True ? 1 : 0, from..(int)json.BytesConsumed));
                return;
            case CellKind.Json:
                json.Skip();
                AddText(line[from..(int)json.BytesConsumed]);
                break;
        }

        _cells.Add((kind, start, _textBytes - start, from..(int)json.BytesConsumed));
    }

    private static CellKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.String => CellKind.Text,
        JsonTokenType.Number => CellKind.Number,
        JsonTokenType.True or JsonTokenType.False => CellKind.Boolean,
        JsonTokenType.Null => CellKind.Missing,
        _ => CellKind.Json,
    };

    private void AddText(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_text.AsSpan(_textBytes));
        _textBytes += text.Length;
    }

    /// <summary>
    /// Lines mostly name the same properties in the same order: the one after the last is tried first.
    /// </summary>
    private int PlaceOf(ref Utf8JsonReader json)
    {
        int next = _follows.GetValueOrDefault(_last, 0);
        if (next >= _columns.Count || !json.ValueTextEquals(_columns[next]))
        {
            next = LookUp(ref json);
            _follows[_last] = next;
        }

        _last = next;
        return next;
    }

    private int LookUp(ref Utf8JsonReader json)
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
