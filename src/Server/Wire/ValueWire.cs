using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>Field values as the contract has them.</summary>
internal static class ValueWire
{
    private const int NanosecondsPerMicrosecond = 1_000;

    /// <summary>
    /// The value as it is written; a text is a date where one of ISO 8601 is expected, and what the field says it is
    /// otherwise. Whether it fits the field is checked by the engine.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">The field's type; null where none is known.</param>
    /// <param name="read">The value read.</param>
    public static bool TryRead(V1.Value value, FieldType? type, out Value read)
    {
        switch (value.ValueCase)
        {
            case V1.Value.ValueOneofCase.Text when type == FieldType.Date:
                bool isDate = DateTimeOffset.TryParse(
                    value.Text,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out DateTimeOffset date);
                read = isDate ? Value.OfDate(date) : default;
                return isDate;
            case V1.Value.ValueOneofCase.Text when type == FieldType.Bytes:
                byte[] bytes = new byte[value.Text.Length];
                bool isBase64 = Convert.TryFromBase64String(value.Text, bytes, out int written);
                read = isBase64 ? Value.OfBytes(bytes[..written]) : default;
                return isBase64;
            case V1.Value.ValueOneofCase.Text:
                read = type switch
                {
                    FieldType.Text => Value.OfText(value.Text),
                    FieldType.Json => Value.OfJson(value.Text),
                    _ => Value.OfKeyword(value.Text),
                };
                return true;
            case V1.Value.ValueOneofCase.Integer:
                read = type == FieldType.Float ? FieldCheck.Convert(FieldType.Float, value.Integer) : value.Integer;
                return true;
            case V1.Value.ValueOneofCase.Number:
                read = value.Number;
                return true;
            case V1.Value.ValueOneofCase.Boolean:
                read = value.Boolean;
                return true;
            case V1.Value.ValueOneofCase.Bytes:
                read = Value.OfBytes(value.Bytes.ToByteArray());
                return true;
            case V1.Value.ValueOneofCase.Date when IsDate(value.Date):
                read = Value.OfDateMicroseconds(checked(
                    (value.Date.Seconds * 1_000_000) + (value.Date.Nanos / NanosecondsPerMicrosecond)));
                return true;
            default:
                read = default;
                return false;
        }
    }

    /// <summary>All values of a field; those that are none are problems.</summary>
    public static Value[] Read(V1.Values values, FieldType? type, string field, WireProblems problems)
    {
        var read = new Value[values.Values_.Count];
        for (int i = 0; i < read.Length; i++)
        {
            if (!TryRead(values.Values_[i], type, out read[i]))
            {
                problems.Add($"{field}[{i}]", $"expected {Expected(type)}; found {Describe(values.Values_[i])}.");
            }
        }

        return read;
    }

    /// <summary>One value; where it is none that is a problem.</summary>
    public static Value Read(V1.Value value, FieldType? type, string field, WireProblems problems)
    {
        if (!TryRead(value, type, out Value read))
        {
            problems.Add(field, $"expected {Expected(type)}; found {Describe(value)}.");
        }

        return read;
    }

    /// <summary>The value as the contract has it.</summary>
    public static V1.Value Write(Value value) => value.Type switch
    {
        FieldType.Integer => new V1.Value { Integer = value.Integer },
        FieldType.Float => new V1.Value { Number = value.Float },
        FieldType.Boolean => new V1.Value { Boolean = value.Boolean },
        FieldType.Date => new V1.Value { Date = WriteDate(value.Integer) },
        FieldType.Bytes => new V1.Value { Bytes = UnsafeByteOperations.UnsafeWrap(value.Bytes) },
        _ => new V1.Value { Text = value.Text },
    };

    /// <summary>All values of a field.</summary>
    public static V1.Values Write(IReadOnlyList<Value> values)
    {
        var written = new V1.Values();
        foreach (Value value in values)
        {
            written.Values_.Add(Write(value));
        }

        return written;
    }

    private static bool IsDate(Timestamp date)
        => date is { Seconds: >= -62_135_596_800 and <= 253_402_300_799, Nanos: >= 0 and < 1_000_000_000 };

    private static Timestamp WriteDate(long microseconds)
    {
        (long seconds, long rest) = Math.DivRem(microseconds, 1_000_000);
        return rest < 0
            ? new Timestamp { Seconds = seconds - 1, Nanos = (int)(rest + 1_000_000) * NanosecondsPerMicrosecond }
            : new Timestamp { Seconds = seconds, Nanos = (int)rest * NanosecondsPerMicrosecond };
    }

    private static string Expected(FieldType? type) => type switch
    {
        null => "a value",
        FieldType.Date => "a date of ISO 8601, in the years 1 to 9999",
        FieldType.Bytes => "bytes, as text in base 64",
        _ => $"a value of type {type}",
    };

    private static string Describe(V1.Value value) => value.ValueCase switch
    {
        V1.Value.ValueOneofCase.None => "none",
        V1.Value.ValueOneofCase.Text => $"\"{(value.Text.Length <= 80 ? value.Text : $"{value.Text[..80]}…")}\"",
        V1.Value.ValueOneofCase.Date => $"{value.Date.Seconds} s and {value.Date.Nanos} ns",
        _ => value.ValueCase.ToString(),
    };
}
