using System.Text;

namespace Linr.Filters;

/// <summary>
/// What a clause compares with: a literal value, or a named parameter that each search gives. In a list of operands a
/// parameter may stand for a whole list.
/// </summary>
public readonly struct Operand : IEquatable<Operand>
{
    private readonly Value _literal;

    /// <summary>A literal.</summary>
    /// <exception cref="ArgumentException">
    /// No attribute has values of that type, or the float is NaN, or the keyword is not well-formed Unicode.
    /// </exception>
    public Operand(Value literal)
    {
        if (literal.Type is FieldType.Text or FieldType.Bytes or FieldType.Json)
        {
            throw new ArgumentException(
                $"Expected a keyword, integer, float, boolean or date; found {literal.Type}.", nameof(literal));
        }

        if (literal.Type == FieldType.Float && double.IsNaN(literal.Float))
        {
            throw new ArgumentException("Expected a number; found NaN.", nameof(literal));
        }

        if (literal.Type == FieldType.Keyword && !IsWellFormed(literal.Text))
        {
            throw new ArgumentException(
                "Expected a keyword of well-formed Unicode; found half a surrogate pair.", nameof(literal));
        }

        _literal = literal;
    }

    private Operand(string parameterName) => ParameterName = parameterName;

    /// <summary>The parameter's name, or null for a literal.</summary>
    public string? ParameterName { get; }

    /// <summary>The literal.</summary>
    /// <exception cref="InvalidOperationException">It is a parameter.</exception>
    public Value Literal => ParameterName is null
        ? _literal
        : throw new InvalidOperationException($"Expected a literal; found the parameter @{ParameterName}.");

    /// <summary>Where it was written; no part of equality.</summary>
    public FilterPosition Position { get; init; }

    /// <summary>A literal.</summary>
    public static implicit operator Operand(Value value) => new(value);

    /// <summary>A keyword.</summary>
    public static implicit operator Operand(string value) => new(Value.OfKeyword(value));

    /// <summary>An integer.</summary>
    public static implicit operator Operand(long value) => new(Value.OfInteger(value));

    /// <summary>A float.</summary>
    public static implicit operator Operand(double value) => new(Value.OfFloat(value));

    /// <summary>A boolean.</summary>
    public static implicit operator Operand(bool value) => new(Value.OfBoolean(value));

    /// <summary>A date.</summary>
    public static implicit operator Operand(DateTimeOffset value) => new(Value.OfDate(value));

    /// <summary>An item id: an integer, or the text of a Guid or string.</summary>
    public static implicit operator Operand(ItemId id)
        => id.Kind == IdKind.Integer ? new(Value.OfInteger(id.Integer)) : new(Value.OfKeyword(id.ToString()));

    /// <summary>Whether both are the same literal or the same parameter.</summary>
    public static bool operator ==(Operand left, Operand right) => left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    public static bool operator !=(Operand left, Operand right) => !left.Equals(right);

    /// <summary>
    /// The parameter of that name: a letter or underscore, then letters, digits, underscores, dots or dashes.
    /// </summary>
    /// <exception cref="ArgumentException">The name is of another form, or too long.</exception>
    public static Operand Parameter(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return PlainName.Is(name)
            ? new Operand(name)
            : throw new ArgumentException(
                "Expected a parameter name (a letter or underscore, then letters, digits, underscores, dots or "
                + $"dashes; at most {Limits.NameLengthMax} characters); found \"{name}\".",
                nameof(name));
    }

    /// <inheritdoc/>
    public bool Equals(Operand other) => ParameterName == other.ParameterName && _literal == other._literal;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Operand other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ParameterName, _literal);

    /// <summary>The operand as the text form writes it.</summary>
    public override string ToString() => FilterFormatter.Format(this);

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }
}
