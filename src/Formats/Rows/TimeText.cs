using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Linr.Formats.Rows;

/// <summary>Times from text and numbers.</summary>
internal static class TimeText
{
    private const long SecondsMax = 100_000_000_000;
    private const long MillisecondsMax = 100_000_000_000_000;
    private const int TextBytesMax = 40;

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mmK",
        "yyyy-MM-dd HH:mmK",
    ];

    /// <summary>Microseconds since 1970-01-01 UTC from an ISO 8601 date, or a number in the given unit.</summary>
    public static bool TryMicroseconds(in Cell cell, TimeUnit unit, out long microseconds)
    {
        switch (cell.Kind)
        {
            case CellKind.Date:
                microseconds = cell.Integer;
                return true;
            case CellKind.Integer:
                return TryScale(cell.Integer, unit, out microseconds);
            case CellKind.Text or CellKind.Number:
                return Utf8Parser.TryParse(cell.Utf8, out long number, out int used) && used == cell.Utf8.Length
                    ? TryScale(number, unit, out microseconds)
                    : TryIso(cell.Utf8, out microseconds);
            default:
                microseconds = 0;
                return false;
        }
    }

    /// <summary>Microseconds since 1970-01-01 UTC from an ISO 8601 date, with or without a time and a zone.</summary>
    public static bool TryIso(ReadOnlySpan<byte> utf8, out long microseconds)
    {
        microseconds = 0;
        if (utf8.Length is < 10 or > TextBytesMax || !Ascii.IsValid(utf8))
        {
            return false;
        }

        Span<char> text = stackalloc char[TextBytesMax];
        text = text[..Encoding.ASCII.GetChars(utf8, text)];
        if (!DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
        {
            return false;
        }

        microseconds = Linr.Value.ToMicroseconds(date);
        return true;
    }

    private static bool TryScale(long number, TimeUnit unit, out long microseconds)
    {
        long size = number == long.MinValue ? long.MaxValue : Math.Abs(number);
        TimeUnit known = unit != TimeUnit.Auto ? unit
            : size < SecondsMax ? TimeUnit.Seconds
            : size < MillisecondsMax ? TimeUnit.Milliseconds
            : TimeUnit.Microseconds;
        long scale = known switch { TimeUnit.Seconds => 1_000_000, TimeUnit.Milliseconds => 1_000, _ => 1 };
        microseconds = unchecked(number * scale);
        return size <= long.MaxValue / scale;
    }
}
