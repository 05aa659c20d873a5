using System.Globalization;

namespace Linr.Filters;

/// <summary>Dates as the text and JSON forms write them: ISO 8601, UTC where no offset is given.</summary>
internal static class DateText
{
    private static readonly string[] s_formats =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
        "yyyy-MM", "yyyy",
    ];

    private static readonly long s_microsecondsMin = Value.ToMicroseconds(DateTimeOffset.MinValue);
    private static readonly long s_microsecondsMax = Value.ToMicroseconds(DateTimeOffset.MaxValue);

    public static bool TryParse(string written, out Value date)
    {
        bool isDate = DateTimeOffset.TryParseExact(
            written, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value);
        date = Value.OfDate(value);
        return isDate;
    }

    /// <summary>The ISO form; null for a date before year 1 or after year 9999, which has none.</summary>
    public static string? Format(long microseconds)
    {
        if (microseconds < s_microsecondsMin || microseconds > s_microsecondsMax)
        {
            return null;
        }

        DateTimeOffset date = Value.FromMicroseconds(microseconds);
        string format = date.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";
        return date.ToString(format, CultureInfo.InvariantCulture);
    }
}
