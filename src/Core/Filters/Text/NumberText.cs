using System.Globalization;

namespace Linr.Filters;

/// <summary>
/// Numbers as the text form writes them: a float always has a point or an exponent, an integer never.
/// </summary>
internal static class NumberText
{
    public const string Infinity = "infinity";

    public static bool TryParse(string written, out Value number)
    {
        number = default;
        if (!TryRemoveUnderscores(written, out string digits))
        {
            return false;
        }

        if (digits.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
        {
            bool isInteger = long.TryParse(
                digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer);
            number = Value.OfInteger(integer);
            return isInteger;
        }

        int point = digits.IndexOf('.', StringComparison.Ordinal);
        bool isPointInside = point < 0 || (point + 1 < digits.Length && char.IsAsciiDigit(digits[point + 1]));
        bool isFloat = double.TryParse(
            digits,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out double value);
        number = Value.OfFloat(value);
        return isFloat && isPointInside && double.IsFinite(value);
    }

    public static string Format(double value)
    {
        if (double.IsInfinity(value))
        {
            return value > 0 ? Infinity : "-" + Infinity;
        }

        string digits = value.ToString("R", CultureInfo.InvariantCulture);
        return digits.AsSpan().IndexOfAny('.', 'E') < 0 ? digits + ".0" : digits;
    }

    /// <summary>An underscore may stand between two digits.</summary>
    private static bool TryRemoveUnderscores(string written, out string digits)
    {
        digits = written.Replace("_", string.Empty, StringComparison.Ordinal);
        for (int i = 0; i < written.Length; i++)
        {
            if (written[i] == '_' && !(i > 0 && i + 1 < written.Length
                && char.IsAsciiDigit(written[i - 1]) && char.IsAsciiDigit(written[i + 1])))
            {
                return false;
            }
        }

        return true;
    }
}
