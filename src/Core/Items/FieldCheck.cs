using System.Text;
using System.Text.Json;

namespace Linr;

/// <summary>What the values of a field must be.</summary>
public static class FieldCheck
{
    // The largest integer up to which every integer is a float64.
    private const long ExactIntegerMax = 1L << 53;

    /// <summary>
    /// Gives a value the type of its field where nothing is lost: a string is a keyword, text or JSON as the field
    /// says, and an integer is a float where float64 holds it exactly. Any other value comes back as it is.
    /// </summary>
    public static Value Convert(FieldType type, Value value) => (type, value.Type) switch
    {
        (FieldType.Keyword, FieldType.Text) => Value.OfKeyword(value.Text),
        (FieldType.Text, FieldType.Keyword) => Value.OfText(value.Text),
        (FieldType.Json, FieldType.Keyword or FieldType.Text) => Value.OfJson(value.Text),
        (FieldType.Float, FieldType.Integer) when Math.Abs((double)value.Integer) <= ExactIntegerMax
            => Value.OfFloat(value.Integer),
        _ => value,
    };

    /// <summary>Adds what is wrong with an item's values of a field, after <see cref="Convert"/>.</summary>
    /// <param name="field">The field.</param>
    /// <param name="values">The values.</param>
    /// <param name="problems">Where problems are added, each naming the field.</param>
    public static void AddProblems(FieldSchema field, IReadOnlyList<Value> values, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(problems);
        int valuesMax = field.MultiValued ? Limits.ValuesPerItemMax : 1;
        if (values.Count > valuesMax)
        {
            string noun = valuesMax == 1 ? "value" : "values";
            problems.Add($"field \"{field.Name}\": expected at most {valuesMax} {noun}; found {values.Count}");
        }

        foreach (Value value in values)
        {
            if (FindProblem(field.Type, Convert(field.Type, value)) is { } problem)
            {
                problems.Add($"field \"{field.Name}\": {problem}");
                return;
            }
        }
    }

    private static string? FindProblem(FieldType type, Value value)
    {
        if (value.Type != type)
        {
            return $"expected a value of type {type}; found {value.Type} \"{Shorten(value.ToString())}\"";
        }

        return type switch
        {
            FieldType.Float when double.IsNaN(value.Float) => "expected a number; found NaN",
            FieldType.Date when value.Integer < s_dateMin || value.Integer > s_dateMax
                => $"expected a date in the years 1 to 9999; found {value.Integer} microseconds since 1970",
            FieldType.Keyword => FindTextProblem(value.Text, Limits.KeywordBytesMax),
            FieldType.Text => FindTextProblem(value.Text, Limits.StoredBytesMax),
            FieldType.Json => FindTextProblem(value.Text, Limits.StoredBytesMax) ?? FindJsonProblem(value.Text),
            FieldType.Bytes when value.Bytes.Length > Limits.StoredBytesMax
                => $"expected at most {Limits.StoredBytesMax} bytes; found {value.Bytes.Length}",
            _ => null,
        };
    }

    private static readonly long s_dateMin = Value.ToMicroseconds(DateTimeOffset.MinValue);
    private static readonly long s_dateMax = Value.ToMicroseconds(DateTimeOffset.MaxValue);
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private static string? FindTextProblem(string text, int bytesMax)
    {
        try
        {
            int bytes = s_strictUtf8.GetByteCount(text);
            return bytes > bytesMax ? $"expected at most {bytesMax} UTF-8 bytes; found {bytes}" : null;
        }
        catch (EncoderFallbackException)
        {
            return $"expected Unicode text; found half a surrogate pair in \"{Shorten(text)}\"";
        }
    }

    private static string? FindJsonProblem(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return null;
        }
        catch (JsonException error)
        {
            return $"expected JSON; found \"{Shorten(text)}\", "
                + $"wrong at byte {error.BytePositionInLine} of line {error.LineNumber + 1}";
        }
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
}
