namespace Linr.Filters;

/// <summary>An attribute, as the C# builder names it. Its comparisons make clauses.</summary>
#pragma warning disable CS0660, CS0661 // Equality makes a filter here; there is nothing for Equals to add.
public readonly struct AttributeReference
#pragma warning restore CS0660, CS0661
{
    private readonly string _name;

    internal AttributeReference(string name) => _name = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Holds when the item has the value.</summary>
    public static Filter operator ==(AttributeReference attribute, Operand value)
        => new EqualClause(attribute._name, value);

    /// <summary>Holds when the item does not have the value.</summary>
    public static Filter operator !=(AttributeReference attribute, Operand value) => !(attribute == value);

    /// <summary>Holds when a value lies below.</summary>
    public static Filter operator <(AttributeReference attribute, Operand value)
        => new RangeClause(attribute._name, null, new RangeBound(value, false));

    /// <summary>Holds when a value lies below or is equal.</summary>
    public static Filter operator <=(AttributeReference attribute, Operand value)
        => new RangeClause(attribute._name, null, new RangeBound(value, true));

    /// <summary>Holds when a value lies above.</summary>
    public static Filter operator >(AttributeReference attribute, Operand value)
        => new RangeClause(attribute._name, new RangeBound(value, false), null);

    /// <summary>Holds when a value lies above or is equal.</summary>
    public static Filter operator >=(AttributeReference attribute, Operand value)
        => new RangeClause(attribute._name, new RangeBound(value, true), null);

    /// <summary>Holds when the item has at least one of the values; a parameter may stand for a list.</summary>
    public Filter In(params ReadOnlySpan<Operand> values) => new InClause(_name, FilterList.Create(values));

    /// <summary>Holds when the item has none of the values.</summary>
    public Filter NotIn(params ReadOnlySpan<Operand> values) => !In(values);

    /// <summary>Holds when the item has every one of the values.</summary>
    public Filter ContainsAll(params ReadOnlySpan<Operand> values)
        => new ContainsAllClause(_name, FilterList.Create(values));

    /// <summary>Holds when one value lies between the two, both included.</summary>
    public Filter Between(Operand low, Operand high)
        => new RangeClause(_name, new RangeBound(low, true), new RangeBound(high, true));

    /// <summary>Holds when one value lies between the two bounds.</summary>
    public Filter Between(RangeBound low, RangeBound high) => new RangeClause(_name, low, high);

    /// <summary>Holds when the item has a value of it.</summary>
    public Filter Exists() => new ExistsClause(_name);

    /// <summary>Holds when the item has no value of it.</summary>
    public Filter IsMissing() => !Exists();
}
