namespace Linr.Filters;

/// <summary>
/// Holds when the item has a number or date of the attribute between the bounds. It is one clause, not two, so that on
/// a multi-valued attribute one and the same value must lie between both.
/// </summary>
public sealed record RangeClause : Filter
{
    /// <summary>At least one bound.</summary>
    /// <exception cref="ArgumentException">Both are null.</exception>
    public RangeClause(string attribute, RangeBound? low, RangeBound? high)
    {
        if (low is null && high is null)
        {
            throw new ArgumentException("Expected a low bound, a high bound or both; found neither.", nameof(low));
        }

        Attribute = attribute;
        Low = low;
        High = high;
    }

    /// <summary>The attribute's name.</summary>
    public string Attribute { get; }

    /// <summary>The low bound, if there is one.</summary>
    public RangeBound? Low { get; }

    /// <summary>The high bound, if there is one.</summary>
    public RangeBound? High { get; }
}
