using System.Text;
using System.Text.Json;

namespace Linr.Filters;

/// <content>Operands and lists of them.</content>
internal ref partial struct FilterJsonReader
{
    private FilterList<Operand> ReadList()
    {
        if (_json.TokenType == JsonTokenType.StartObject)
        {
            Operand parameter = ReadOperand();
            return parameter.ParameterName is not null
                ? [parameter]
                : throw Problem("Expected an array of values or a parameter; found one value.", parameter.Position);
        }

        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw Expected("an array of values or a parameter");
        }

        FilterPosition start = Position();
        List<Operand> operands = [];
        for (Advance(); _json.TokenType != JsonTokenType.EndArray; Advance())
        {
            int outer = Enter(operands.Count);
            operands.Add(ReadOperand());
            Leave(outer);
            if (operands.Count > Limits.FilterValuesMax)
            {
                throw Problem($"Expected at most {Limits.FilterValuesMax} values; found more.", start);
            }
        }

        return [.. operands];
    }

    /// <summary>The path of a value in a list is not kept with it: a million strings would be.</summary>
    private Operand ReadOperand()
    {
        FilterPosition position = Position();
        Operand operand = _json.TokenType switch
        {
            JsonTokenType.String => Value.OfKeyword(_json.GetString()!),
            JsonTokenType.Number => ReadNumber(),
            JsonTokenType.True => Value.OfBoolean(true),
            JsonTokenType.False => Value.OfBoolean(false),
            JsonTokenType.StartObject => ReadTagged(),
            _ => throw Expected("a value: a string, number, boolean, {\"date\":…} or {\"parameter\":…}"),
        };
        return operand with { Position = position };
    }

    private Value ReadNumber()
    {
        string written = Encoding.UTF8.GetString(_json.ValueSpan);
        return NumberText.TryParse(written, out Value number)
            ? number
            : throw Problem($"Expected a 64-bit integer or a finite float; found {written}.");
    }

    private Operand ReadTagged()
    {
        Advance();
        if (_json.TokenType != JsonTokenType.PropertyName)
        {
            throw Expected("date, float or parameter");
        }

        string key = _json.GetString()!;
        int outer = Enter(key);
        Advance();
        Operand operand = key switch
        {
            JsonWords.Date => ReadDate(),
            JsonWords.Float => ReadInfinity(),
            JsonWords.Parameter when _json.TokenType == JsonTokenType.String => ReadParameter(),
            JsonWords.Parameter => throw Expected("the parameter's name, a string"),
            _ => throw Problem(NearestName.Unknown("key", key, [JsonWords.Date, JsonWords.Float, JsonWords.Parameter])),
        };
        Leave(outer);
        Advance();
        return _json.TokenType == JsonTokenType.EndObject ? operand : throw Expected("the end of the object");
    }

    private Operand ReadParameter()
    {
        string name = _json.GetString()!;
        return PlainName.Is(name)
            ? Operand.Parameter(name)
            : throw Expected(
                $"a parameter name of letters, digits, underscores, dots or dashes, at most {Limits.NameLengthMax}");
    }

    private Value ReadDate()
    {
        Value date = default;
        bool isDate = _json.TokenType switch
        {
            JsonTokenType.String => DateText.TryParse(_json.GetString()!, out date),
            JsonTokenType.Number => _json.TryGetInt64(out long microseconds)
                && (date = Value.OfDateMicroseconds(microseconds)) is { Type: FieldType.Date },
            _ => false,
        };
        return isDate ? date : throw Expected("an ISO 8601 date, or microseconds since 1970");
    }

    private Value ReadInfinity()
    {
        double sign = (_json.TokenType == JsonTokenType.String ? _json.GetString() : null) switch
        {
            NumberText.Infinity => 1,
            "-" + NumberText.Infinity => -1,
            _ => throw Expected("\"infinity\" or \"-infinity\""),
        };
        return Value.OfFloat(sign / 0.0);
    }
}
