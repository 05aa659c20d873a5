using System.Collections.Frozen;
using System.Globalization;

namespace Linr.VectorData;

/// <summary>The .NET types that data properties may have.</summary>
internal static class ScalarMaps
{
    /// <summary>The types, as an error names them.</summary>
    public const string Names = "string, bool, sbyte, byte, short, ushort, int, uint, long, float, double, decimal, "
        + "DateTime, DateTimeOffset, DateOnly, TimeOnly, Guid, null-able or not, arrays and lists of these, byte[]";

    /// <summary>Significant digits of a decimal; so many come through a float64 as they were.</summary>
    private const int DecimalDigitsMax = 15;

    /// <summary>How each type is kept.</summary>
    public static FrozenDictionary<Type, ScalarMap> All { get; } = new ScalarMap[]
    {
        new ScalarMap<string>(FieldType.Keyword, Value.OfKeyword, value => value.Text),
        new ScalarMap<bool>(FieldType.Boolean, Value.OfBoolean, value => value.Boolean),
        new ScalarMap<sbyte>(FieldType.Integer, value => Value.OfInteger(value), value => checked((sbyte)value.Integer)),
        new ScalarMap<short>(FieldType.Integer, value => Value.OfInteger(value), value => checked((short)value.Integer)),
        new ScalarMap<ushort>(FieldType.Integer, value => Value.OfInteger(value), value => checked((ushort)value.Integer)),
        new ScalarMap<byte>(FieldType.Integer, value => Value.OfInteger(value), value => checked((byte)value.Integer)),
        new ScalarMap<int>(FieldType.Integer, value => Value.OfInteger(value), value => checked((int)value.Integer)),
        new ScalarMap<uint>(FieldType.Integer, value => Value.OfInteger(value), value => checked((uint)value.Integer)),
        new ScalarMap<long>(FieldType.Integer, Value.OfInteger, value => value.Integer),
        new ScalarMap<float>(FieldType.Float, value => Value.OfFloat(value), value => (float)value.Float),
        new ScalarMap<double>(FieldType.Float, Value.OfFloat, value => value.Float),
        new ScalarMap<decimal>(
            FieldType.Float, value => Value.OfFloat((double)value), value => (decimal)value.Float, FindProblem),
        new ScalarMap<DateTime>(FieldType.Date, value => Value.OfDate(MomentOf(value)), value => value.Date.UtcDateTime),
        new ScalarMap<DateTimeOffset>(FieldType.Date, Value.OfDate, value => value.Date),
        new ScalarMap<DateOnly>(
            FieldType.Date,
            value => Value.OfDate(new DateTimeOffset(value, TimeOnly.MinValue, TimeSpan.Zero)),
            value => DateOnly.FromDateTime(value.Date.UtcDateTime)),
        new ScalarMap<TimeOnly>(
            FieldType.Integer, value => Value.OfInteger(value.Ticks), value => new TimeOnly(value.Integer)),
        new ScalarMap<Guid>(
            FieldType.Keyword, value => Value.OfKeyword(value.ToString("D")), value => Guid.Parse(value.Text)),
    }.ToFrozenDictionary(map => map.Type);

    // Without a kind it is taken as UTC, so that it comes back the same wherever the process runs.
    private static DateTimeOffset MomentOf(DateTime value)
        => new(value.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(value, DateTimeKind.Utc) : value);

    private static string? FindProblem(decimal value)
    {
        string digits = decimal.Abs(value).ToString(CultureInfo.InvariantCulture)
            .Replace(".", string.Empty, StringComparison.Ordinal).Trim('0');
        return digits.Length <= DecimalDigitsMax ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"expected a decimal of at most {DecimalDigitsMax} significant digits; found {value}");
    }
}
