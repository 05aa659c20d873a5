using System.Globalization;

namespace Linr.Client;

/// <summary>One value of one field.</summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly long _bits;
    private readonly object? _reference;

    private Value(ValueKind kind, long bits, object? reference = null)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>What it is.</summary>
    public ValueKind Kind { get; }

    /// <summary>The text of a keyword, a text or a JSON value.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public string Text => _reference as string ?? throw Wrong(ValueKind.Text);

    /// <summary>The integer.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public long Integer => Kind == ValueKind.Integer ? _bits : throw Wrong(ValueKind.Integer);

    /// <summary>The float.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public double Number
        => Kind == ValueKind.Number ? BitConverter.Int64BitsToDouble(_bits) : throw Wrong(ValueKind.Number);

    /// <summary>The boolean.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public bool Boolean => Kind == ValueKind.Boolean ? _bits != 0 : throw Wrong(ValueKind.Boolean);

    /// <summary>The date, in UTC.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public DateTimeOffset Date
        => Kind == ValueKind.Date ? new DateTimeOffset(_bits, TimeSpan.Zero) : throw Wrong(ValueKind.Date);

    /// <summary>The bytes.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public ReadOnlyMemory<byte> Bytes => _reference as byte[] ?? throw Wrong(ValueKind.Bytes);

    /// <summary>A keyword or a text.</summary>
    public static implicit operator Value(string value) => OfText(value);

    /// <summary>An integer.</summary>
    public static implicit operator Value(long value) => OfInteger(value);

    /// <summary>A float.</summary>
    public static implicit operator Value(double value) => OfNumber(value);

    /// <summary>A boolean.</summary>
    public static implicit operator Value(bool value) => OfBoolean(value);

    /// <summary>A date.</summary>
    public static implicit operator Value(DateTimeOffset value) => OfDate(value);

    /// <summary>Whether both are the same value of the same kind.</summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>A keyword, a text or a JSON value, as the field is.</summary>
    public static Value OfText(string value)
        => new(ValueKind.Text, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>An integer.</summary>
    public static Value OfInteger(long value) => new(ValueKind.Integer, value);

    /// <summary>A float; minus zero becomes zero, as in the service.</summary>
    public static Value OfNumber(double value)
        => new(ValueKind.Number, BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value));

    /// <summary>A boolean.</summary>
    public static Value OfBoolean(bool value) => new(ValueKind.Boolean, value ? 1 : 0);

    /// <summary>A date, cut to the microsecond.</summary>
    public static Value OfDate(DateTimeOffset value)
        => new(ValueKind.Date, value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond));

    /// <summary>Bytes; the array is not copied.</summary>
    public static Value OfBytes(byte[] value)
        => new(ValueKind.Bytes, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <inheritdoc/>
    public bool Equals(Value other)
        => Kind == other.Kind && _bits == other._bits && (_reference, other._reference) switch
        {
            (string left, string right) => left == right,
            (byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right),
            _ => true,
        };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _bits, _reference as string);

    /// <summary>The value as text, dates in ISO 8601 and bytes in base 64.</summary>
    public override string ToString() => Kind switch
    {
        ValueKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        ValueKind.Number => Number.ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Boolean => _bits != 0 ? "true" : "false",
        ValueKind.Date => Date.ToString("O", CultureInfo.InvariantCulture),
        ValueKind.Bytes => Convert.ToBase64String(Bytes.Span),
        _ => _reference as string ?? string.Empty,
    };

    private InvalidOperationException Wrong(ValueKind expected)
        => new($"Expected a value of kind {expected}; found {Kind}.");
}
