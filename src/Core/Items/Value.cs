using System.Globalization;

namespace Linr;

/// <summary>One value of one field: a keyword, integer, float, boolean, date, text, bytes or JSON value.</summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly long _bits;
    private readonly object? _reference;

    private Value(FieldType type, long bits, object? reference = null)
    {
        Type = type;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>The type of the value.</summary>
    public FieldType Type { get; }

    /// <summary>The integer, or the microseconds since 1970-01-01 UTC of a date.</summary>
    public long Integer => Type is FieldType.Integer or FieldType.Date ? _bits : throw WrongType(FieldType.Integer);

    /// <summary>The float.</summary>
    public double Float
        => Type == FieldType.Float ? BitConverter.Int64BitsToDouble(_bits) : throw WrongType(FieldType.Float);

    /// <summary>The boolean.</summary>
    public bool Boolean => Type == FieldType.Boolean ? _bits != 0 : throw WrongType(FieldType.Boolean);

    /// <summary>The date.</summary>
    public DateTimeOffset Date => Type == FieldType.Date ? FromMicroseconds(_bits) : throw WrongType(FieldType.Date);

    /// <summary>The string of a keyword, text or JSON value.</summary>
    public string Text => _reference as string ?? throw WrongType(FieldType.Text);

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _reference as byte[] ?? throw WrongType(FieldType.Bytes);

    /// <summary>A keyword.</summary>
    public static implicit operator Value(string value) => OfKeyword(value);

    /// <summary>An integer.</summary>
    public static implicit operator Value(long value) => OfInteger(value);

    /// <summary>A float.</summary>
    public static implicit operator Value(double value) => OfFloat(value);

    /// <summary>A boolean.</summary>
    public static implicit operator Value(bool value) => OfBoolean(value);

    /// <summary>A date.</summary>
    public static implicit operator Value(DateTimeOffset value) => OfDate(value);

    /// <summary>Whether both are the same value of the same type.</summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>A keyword.</summary>
    public static Value OfKeyword(string value)
        => new(FieldType.Keyword, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>An integer.</summary>
    public static Value OfInteger(long value) => new(FieldType.Integer, value);

    /// <summary>A float; minus zero becomes zero, so that equal values have equal bits.</summary>
    public static Value OfFloat(double value)
        => new(FieldType.Float, BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value));

    /// <summary>A boolean.</summary>
    public static Value OfBoolean(bool value) => new(FieldType.Boolean, value ? 1 : 0);

    /// <summary>A date, cut to the microsecond.</summary>
    public static Value OfDate(DateTimeOffset value) => OfDateMicroseconds(ToMicroseconds(value));

    /// <summary>A date from microseconds since 1970-01-01 UTC.</summary>
    public static Value OfDateMicroseconds(long value) => new(FieldType.Date, value);

    /// <summary>Free text.</summary>
    public static Value OfText(string value)
        => new(FieldType.Text, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>A JSON value, as text.</summary>
    public static Value OfJson(string value)
        => new(FieldType.Json, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>Bytes; the array is not copied.</summary>
    public static Value OfBytes(byte[] value)
        => new(FieldType.Bytes, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>Microseconds since 1970-01-01 UTC, rounded down.</summary>
    public static long ToMicroseconds(DateTimeOffset value)
        => (value.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond
            - ((value.UtcTicks - DateTime.UnixEpoch.Ticks) % TimeSpan.TicksPerMicrosecond < 0 ? 1 : 0);

    /// <summary>The date that is so many microseconds after 1970-01-01 UTC.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds)
        => new(DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <inheritdoc/>
    public bool Equals(Value other)
        => Type == other.Type && _bits == other._bits && (_reference, other._reference) switch
        {
            (string left, string right) => left == right,
            (byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right),
            _ => true,
        };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, _bits, _reference as string);

    /// <summary>The value as text, dates in ISO 8601.</summary>
    public override string ToString() => Type switch
    {
        FieldType.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        FieldType.Float => Float.ToString("R", CultureInfo.InvariantCulture),
        FieldType.Boolean => _bits != 0 ? "true" : "false",
        FieldType.Date => Date.ToString("O", CultureInfo.InvariantCulture),
        FieldType.Bytes => Convert.ToBase64String(Bytes.Span),
        _ => _reference as string ?? string.Empty,
    };

    private InvalidOperationException WrongType(FieldType expected)
        => new($"Expected a value of type {expected}; found {Type}.");
}
