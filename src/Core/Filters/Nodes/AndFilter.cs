namespace Linr.Filters;

/// <summary>Passes the items that all of its filters pass.</summary>
public sealed record AndFilter : Filter
{
    /// <summary>At least two filters; see <see cref="Filter.All"/> for any number.</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public AndFilter(FilterList<Filter> filters)
    {
        if (filters.Count < 2)
        {
            throw new ArgumentException($"Expected at least two filters; found {filters.Count}.", nameof(filters));
        }

        Filters = filters;
    }

    /// <summary>The filters, in order.</summary>
    public FilterList<Filter> Filters { get; }
}
