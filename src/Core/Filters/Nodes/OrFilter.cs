namespace Linr.Filters;

/// <summary>Passes the items that at least one of its filters passes.</summary>
public sealed record OrFilter : Filter
{
    /// <summary>At least two filters; see <see cref="Filter.Any"/> for any number.</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public OrFilter(FilterList<Filter> filters)
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
