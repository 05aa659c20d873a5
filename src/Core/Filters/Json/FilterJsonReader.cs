using System.Text;
using System.Text.Json;

namespace Linr.Filters;

/// <summary>Reads the JSON form in one pass over the UTF-8; keys may come in any order.</summary>
internal ref partial struct FilterJsonReader
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly StringBuilder _path = new("$");
    private Utf8JsonReader _json;
    private int _scanned;
    private int _line = 1;
    private int _lineStart;
    private int _nodeCount;

    public FilterJsonReader(ReadOnlySpan<byte> utf8)
    {
        // Past the depth that a filter may have, so that our own error names the limit.
        _utf8 = utf8;
        _json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = (2 * Limits.FilterDepthMax) + 8 });
    }

    public Filter Read()
    {
        try
        {
            Advance();
            Filter filter = ReadFilter(1);
            return _json.Read() ? throw Problem("Expected the end; found more JSON.") : filter;
        }
        catch (JsonException error)
        {
            FilterPosition position = PositionAt((int)_json.BytesConsumed) with { Path = _path.ToString() };
            throw new FilterException(new FilterProblem($"Expected JSON; {error.Message}", position));
        }
        catch (InvalidOperationException) when (_json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            throw Problem("Expected a string of well-formed UTF-8; found one that is not.");
        }
    }

    private void Advance()
    {
        if (!_json.Read())
        {
            throw Problem("Expected a value; found the end.");
        }
    }

    private readonly FilterException Problem(string message, FilterPosition position)
        => new(new FilterProblem(message, position with { Path = _path.ToString() }));

    private FilterException Problem(string message) => Problem(message, Position());

    private FilterException Expected(string what) => Problem($"Expected {what}; found {Describe()}.");

    private readonly string Describe() => _json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.Null => "null",
        JsonTokenType.String => $"\"{_json.GetString()}\"",
        _ => Encoding.UTF8.GetString(_json.ValueSpan),
    };

    private FilterPosition Position() => PositionAt((int)_json.TokenStartIndex);

    /// <summary>Offsets only grow, so the lines before each are counted once.</summary>
    private FilterPosition PositionAt(int offset)
    {
        for (; _scanned < offset; _scanned++)
        {
            if (_utf8[_scanned] == '\n')
            {
                _line++;
                _lineStart = _scanned + 1;
            }
        }

        return new FilterPosition(offset, _line, offset - _lineStart + 1);
    }

    private int Enter(string key)
    {
        int length = _path.Length;
        _path.Append('.').Append(key);
        return length;
    }

    private int Enter(int index)
    {
        int length = _path.Length;
        _path.Append('[').Append(index).Append(']');
        return length;
    }

    private readonly void Leave(int length) => _path.Length = length;
}
