namespace Linr.Filters;

/// <summary>
/// A boolean tree of clauses over the attributes and the id of an item; an immutable value. Two filters are equal when
/// they have the same shape and operands, wherever they were written. <c>ToString</c> gives the text form that
/// <see cref="Parse"/> reads back as an equal filter.
/// </summary>
/// <remarks>
/// Every filter holds or does not hold, there is no third value. A clause on a missing attribute does not hold, and
/// <see cref="NotFilter"/> is the plain complement, so <c>a != 'x'</c> passes an item without an <c>a</c>. On a
/// multi-valued attribute equality and ranges hold when any value does.
/// </remarks>
public abstract record Filter
{
    private protected Filter()
    {
    }

    /// <summary>Passes every item.</summary>
    public static Filter Everything { get; } = new ConstantFilter(true);

    /// <summary>Passes no item.</summary>
    public static Filter Nothing { get; } = new ConstantFilter(false);

    /// <summary>Where it was written; no part of equality.</summary>
    public FilterPosition Position { get; init; }

    /// <summary>Passes the items that both pass.</summary>
    public static Filter operator &(Filter left, Filter right) => left is AndFilter and
        ? new AndFilter([.. and.Filters, right])
        : new AndFilter([left, right]);

    /// <summary>Passes the items that either passes.</summary>
    public static Filter operator |(Filter left, Filter right) => left is OrFilter or
        ? new OrFilter([.. or.Filters, right])
        : new OrFilter([left, right]);

    /// <summary>Passes the items that <paramref name="filter"/> does not.</summary>
    public static Filter operator !(Filter filter) => new NotFilter(filter);

    /// <summary>Passes the items that all of them pass; <see cref="Everything"/> when there is none.</summary>
    public static Filter All(IEnumerable<Filter> filters)
    {
        Filter[] all = [.. filters];
        return all.Length switch { 0 => Everything, 1 => all[0], _ => new AndFilter([.. all]) };
    }

    /// <summary>Passes the items that at least one of them passes; <see cref="Nothing"/> when there is none.</summary>
    public static Filter Any(IEnumerable<Filter> filters)
    {
        Filter[] all = [.. filters];
        return all.Length switch { 0 => Nothing, 1 => all[0], _ => new OrFilter([.. all]) };
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FilterException">The text is not a filter; the problem has its position.</exception>
    public static Filter Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new FilterParser(text).Parse();
    }

    /// <summary>Whether both have the same shape and operands.</summary>
    public virtual bool Equals(Filter? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>The canonical text form.</summary>
    public sealed override string ToString() => FilterFormatter.Format(this);
}
