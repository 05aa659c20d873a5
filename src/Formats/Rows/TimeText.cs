using System.Buffers.Text;

namespace Linr.Formats.Rows;

/// <summary>Times from text and numbers.</summary>
internal static class TimeText
{
    private const long MicrosecondsPerSecond = 1_000_000;
    private const long SecondsMax = 100_000_000_000;
    private const long MillisecondsMax = 100_000_000_000_000;

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

    /// <summary>
    /// Microseconds since 1970-01-01 UTC, rounded down, from an ISO 8601 date: <c>2024-02-29</c>, then maybe <c>T</c>
    /// or a space and <c>07:08</c>, <c>:09</c>, a fraction, and <c>Z</c> or an offset such as <c>+02:00</c>.
    /// </summary>
    public static bool TryIso(ReadOnlySpan<byte> utf8, out long microseconds)
    {
        microseconds = 0;
        if (!TryDate(ref utf8, out DateTime date))
        {
            return false;
        }

        long micros = (date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        if (utf8.IsEmpty)
        {
            microseconds = micros;
            return true;
        }

        if (utf8[0] is not ((byte)'T' or (byte)' '))
        {
            return false;
        }

        utf8 = utf8[1..];
        if (!TryNumber(ref utf8, 2, 23, out int hour) || !TakeByte(ref utf8, ':')
            || !TryNumber(ref utf8, 2, 59, out int minute))
        {
            return false;
        }

        int second = 0;
        long fraction = 0;
        if (TakeByte(ref utf8, ':')
            && (!TryNumber(ref utf8, 2, 59, out second)
                || (TakeByte(ref utf8, '.') && !TryFraction(ref utf8, out fraction))))
        {
            return false;
        }

        microseconds = micros + (((((hour * 60L) + minute) * 60) + second) * MicrosecondsPerSecond) + fraction;
        return TryZone(utf8, ref microseconds);
    }

    private static bool TryDate(ref ReadOnlySpan<byte> text, out DateTime date)
    {
        date = default;
        if (!TryNumber(ref text, 4, 9999, out int year) || !TakeByte(ref text, '-')
            || !TryNumber(ref text, 2, 12, out int month) || !TakeByte(ref text, '-')
            || !TryNumber(ref text, 2, 31, out int day)
            || year == 0 || month == 0 || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc);
        return true;
    }

    /// <summary>Nothing and <c>Z</c> are UTC; an offset is taken off.</summary>
    private static bool TryZone(ReadOnlySpan<byte> text, ref long microseconds)
    {
        if (text.IsEmpty || text.SequenceEqual("Z"u8))
        {
            return true;
        }

        int sign = text[0] == '+' ? 1 : -1;
        if (text[0] is not ((byte)'+' or (byte)'-'))
        {
            return false;
        }

        text = text[1..];
        if (!TryNumber(ref text, 2, 14, out int hours))
        {
            return false;
        }

        // The colon and the minutes may both be left out.
        bool colon = TakeByte(ref text, ':');
        int minutes = 0;
        if ((colon || !text.IsEmpty) && !TryNumber(ref text, 2, 59, out minutes))
        {
            return false;
        }

        microseconds -= sign * ((hours * 60L) + minutes) * 60 * MicrosecondsPerSecond;
        return text.IsEmpty;
    }

    /// <summary>Takes a number of so many digits off the text.</summary>
    private static bool TryNumber(ref ReadOnlySpan<byte> text, int digits, int max, out int number)
    {
        number = 0;
        if (text.Length < digits)
        {
            return false;
        }

        foreach (byte digit in text[..digits])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (10 * number) + (digit - '0');
        }

        text = text[digits..];
        return number <= max;
    }

    /// <summary>Takes the digits of a fraction of a second off the text; those behind the sixth are cut.</summary>
    private static bool TryFraction(ref ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        int digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? text.Length : digits;
        for (int digit = 0; digit < 6; digit++)
        {
            microseconds = (10 * microseconds) + (digit < digits ? text[digit] - '0' : 0);
        }

        text = text[digits..];
        return digits > 0;
    }

    private static bool TakeByte(ref ReadOnlySpan<byte> text, char expected)
    {
        bool found = !text.IsEmpty && text[0] == expected;
        text = found ? text[1..] : text;
        return found;
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
