using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Linr.Formats.Rows;

/// <summary>Ids, numbers and values from cells; strings come from one pool a read.</summary>
internal sealed class CellReader(TimeUnit timeUnit)
{
    // Made once: one is at hand for every cell, and seldom used.
    private static readonly string ExpectedText = $"an id of 1 to {Limits.IdBytesMax} bytes of UTF-8";
    private readonly TextPool _pool = new();

    /// <summary>What <see cref="TryValue"/> expects of a type, for errors.</summary>
    public static string Expected(FieldType type) => type switch
    {
        FieldType.Keyword => $"a keyword of at most {Limits.KeywordBytesMax} bytes of UTF-8",
        FieldType.Integer => "a 64-bit integer",
        FieldType.Float => "a number",
        FieldType.Boolean => "true or false",
        FieldType.Date => "a date (ISO 8601, or a number since 1970)",
        FieldType.Text => $"text of at most {Limits.StoredBytesMax} bytes of UTF-8",
        FieldType.Bytes => $"bytes in base64, at most {Limits.StoredBytesMax}",
        _ => $"valid JSON of at most {Limits.StoredBytesMax} bytes",
    };

    /// <summary>What <see cref="TryId"/> expects of a kind, for errors.</summary>
    public static string Expected(IdKind kind) => kind switch
    {
        IdKind.Integer => "an integer id",
        IdKind.Guid => "a Guid id",
        _ => ExpectedText,
    };

    /// <summary>Whether the text is an integer written the one plain way: no plus sign, no leading zeros.</summary>
    public static bool IsPlainInteger(in Cell cell)
    {
        if (cell.Kind == CellKind.Integer)
        {
            return true;
        }

        ReadOnlySpan<byte> digits = cell.Utf8;
        bool minus = digits.StartsWith("-"u8);
        digits = minus ? digits[1..] : digits;
        bool plain = digits.Length > 0 && (digits[0] != '0' || (digits.Length == 1 && !minus));
        return plain && cell.Kind is CellKind.Text or CellKind.Number && TryInteger(cell, out _);
    }

    /// <summary>An id of the given kind.</summary>
    public bool TryId(in Cell cell, IdKind kind, out ItemId id)
    {
        id = default;
        switch (kind)
        {
            case IdKind.Integer when TryInteger(cell, out long integer):
                id = new ItemId(integer);
                return true;
            case IdKind.Guid when Utf8Parser.TryParse(cell.Utf8, out Guid guid, out int used)
                && used == cell.Utf8.Length:
                id = new ItemId(guid);
                return true;
            case IdKind.Text when cell.Kind == CellKind.Integer:
                id = new ItemId(cell.Integer.ToString(CultureInfo.InvariantCulture));
                return true;
            case IdKind.Text when cell.Kind is CellKind.Text or CellKind.Number
                && cell.Utf8.Length is > 0 and <= Limits.IdBytesMax && _pool.TryGet(cell.Utf8, out string text):
                id = new ItemId(text);
                return true;
            default:
                return false;
        }
    }

    /// <summary>A 64-bit integer.</summary>
    public static bool TryInteger(in Cell cell, out long value)
    {
        switch (cell.Kind)
        {
            case CellKind.Integer:
                value = cell.Integer;
                return true;
            case CellKind.Float when Math.Abs(cell.Float) < 1L << 53 && Math.Floor(cell.Float) == cell.Float:
                value = (long)cell.Float;
                return true;
            case CellKind.Text or CellKind.Number:
                return Utf8Parser.TryParse(cell.Utf8, out value, out int used) && used == cell.Utf8.Length;
            default:
                value = 0;
                return false;
        }
    }

    /// <summary>A finite or infinite float, never NaN.</summary>
    public static bool TryFloat(in Cell cell, out double value)
    {
        value = cell.Kind switch
        {
            CellKind.Integer => cell.Integer,
            CellKind.Float => cell.Float,
            CellKind.Text or CellKind.Number when
                Utf8Parser.TryParse(cell.Utf8, out double number, out int used) && used == cell.Utf8.Length => number,
            _ => double.NaN,
        };
        return !double.IsNaN(value);
    }

    /// <summary>A value of a field.</summary>
    public bool TryValue(in Cell cell, FieldType type, out Value value)
    {
        switch (type)
        {
            case FieldType.Integer when TryInteger(cell, out long integer):
                value = Value.OfInteger(integer);
                return true;
            case FieldType.Float when TryFloat(cell, out double number):
                value = Value.OfFloat(number);
                return true;
            case FieldType.Boolean when TryBoolean(cell, out bool boolean):
                value = Value.OfBoolean(boolean);
                return true;
            case FieldType.Date when TimeText.TryMicroseconds(cell, timeUnit, out long microseconds):
                value = Value.OfDateMicroseconds(microseconds);
                return true;
            case FieldType.Bytes:
                return TryBytes(cell, out value);
            case FieldType.Keyword or FieldType.Text or FieldType.Json:
                return TryText(cell, type, out value);
            default:
                value = default;
                return false;
        }
    }

    private static bool TryBoolean(in Cell cell, out bool value)
    {
        value = cell.Kind == CellKind.Boolean && cell.Integer != 0;
        if (cell.Kind != CellKind.Text)
        {
            return cell.Kind == CellKind.Boolean;
        }

        ReadOnlySpan<byte> text = cell.Utf8;
        value = System.Text.Ascii.EqualsIgnoreCase(text, "true"u8) || text.SequenceEqual("1"u8);
        return value || System.Text.Ascii.EqualsIgnoreCase(text, "false"u8) || text.SequenceEqual("0"u8);
    }

    private static bool TryBytes(in Cell cell, out Value value)
    {
        byte[]? bytes = null;
        if (cell.Kind == CellKind.Bytes)
        {
            bytes = cell.Utf8.ToArray();
        }
        else if (cell.Kind == CellKind.Text)
        {
            var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(cell.Utf8.Length)];
            bool valid = Base64.DecodeFromUtf8(cell.Utf8, buffer, out _, out int length) == OperationStatus.Done;
            bytes = valid ? buffer[..length] : null;
        }

        bool fits = bytes is { Length: <= Limits.StoredBytesMax };
        value = fits ? Value.OfBytes(bytes!) : default;
        return fits;
    }

    private bool TryText(in Cell cell, FieldType type, out Value value)
    {
        value = default;
        int bytesMax = type == FieldType.Keyword ? Limits.KeywordBytesMax : Limits.StoredBytesMax;
        string text;
        switch (cell.Kind)
        {
            case CellKind.Text or CellKind.Number or CellKind.Json:
                if (cell.Utf8.Length > bytesMax || (type == FieldType.Json && !JsonText.IsValid(cell.Utf8))
                    || !_pool.TryGet(cell.Utf8, out text))
                {
                    return false;
                }

                break;
            case CellKind.Integer or CellKind.Float or CellKind.Boolean:
                text = cell.Describe();
                break;
            default:
                return false;
        }

        value = type switch
        {
            FieldType.Keyword => Value.OfKeyword(text),
            FieldType.Text => Value.OfText(text),
            _ => Value.OfJson(text),
        };
        return true;
    }
}
