using Linr.Kernels.Filter;

namespace Linr.Kernels.Scan;

/// <summary>The filters of a scan's queries, each listed once: queries that share one pay for it once.</summary>
internal sealed class DistinctFilters
{
    private RowFilter?[] _filters = [];
    private int[] _filterOfQuery = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>A filter; null lets every row pass.</summary>
    public RowFilter? this[int filter] => _filters[filter];

    /// <summary>Some of the filters.</summary>
    public ReadOnlySpan<RowFilter?> Slice(int first, int count) => _filters.AsSpan(first, count);

    /// <summary>The filter of a query, by the query's place among those that were added.</summary>
    public int Of(int query) => _filterOfQuery[query];

    /// <summary>Forgets all filters and makes room for <paramref name="queryCount"/> queries.</summary>
    public void Reset(int queryCount)
    {
        Count = 0;
        ScanArrays.Grow(ref _filterOfQuery, queryCount);
    }

    /// <summary>Notes the filter of the query at a place; none and one filter of the request stand for all queries.</summary>
    public void Add(int place, ReadOnlySpan<RowFilter?> filters, int query)
    {
        RowFilter? filter = filters.Length == 0 ? null : filters[filters.Length == 1 ? 0 : query];
        int found = 0;
        while (found < Count && !ReferenceEquals(_filters[found], filter))
        {
            found++;
        }

        if (found == Count)
        {
            ScanArrays.Grow(ref _filters, ++Count);
            _filters[found] = filter;
        }

        _filterOfQuery[place] = found;
    }
}
