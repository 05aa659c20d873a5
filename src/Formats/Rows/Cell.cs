using System.Globalization;
using System.Text;

namespace Linr.Formats.Rows;

/// <summary>One value of one column of the current row, good until the next row or column is asked for.</summary>
internal readonly ref struct Cell
{
    private readonly long _bits;

    private Cell(CellKind kind, long bits, ReadOnlySpan<byte> utf8)
    {
        Kind = kind;
        _bits = bits;
        Utf8 = utf8;
    }

    /// <summary>What it holds.</summary>
    public CellKind Kind { get; }

    /// <summary>The UTF-8 text (not checked yet) of a text, number or JSON cell, or the bytes.</summary>
    public ReadOnlySpan<byte> Utf8 { get; }

    /// <summary>The integer, or the microseconds of a date, or 1 for true.</summary>
    public long Integer => _bits;

    /// <summary>The float.</summary>
    public double Float => BitConverter.Int64BitsToDouble(_bits);

    public static Cell OfUtf8(CellKind kind, ReadOnlySpan<byte> utf8) => new(kind, 0, utf8);

    public static Cell OfInteger(long value) => new(CellKind.Integer, value, default);

    public static Cell OfFloat(double value) => new(CellKind.Float, BitConverter.DoubleToInt64Bits(value), default);

    public static Cell OfBoolean(bool value) => new(CellKind.Boolean, value ? 1 : 0, default);

    public static Cell OfDate(long microseconds) => new(CellKind.Date, microseconds, default);

    /// <summary>The cell as an error shows it.</summary>
    public string Describe() => Kind switch
    {
        CellKind.Missing => "no value",
        CellKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        CellKind.Float => Float.ToString("R", CultureInfo.InvariantCulture),
        CellKind.Boolean => _bits != 0 ? "true" : "false",
        CellKind.Date => Value.OfDateMicroseconds(_bits).ToString(),
        CellKind.Bytes => string.Create(CultureInfo.InvariantCulture, $"{Utf8.Length} bytes"),
        CellKind.Number or CellKind.Json => Encoding.UTF8.GetString(Utf8),
        _ => DataFormatException.Quote(Encoding.UTF8.GetString(Utf8)),
    };
}
