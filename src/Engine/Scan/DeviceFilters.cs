using System.Runtime.CompilerServices;
using Linr.Index.Device;
using Linr.Kernels;
using Linr.Kernels.Filter;

namespace Linr.Engine.Scan;

/// <summary>
/// The filters of a batch as a device takes them, with the numbers of their columns there; equal objects stay equal.
/// Allocates nothing for filters that it has seen.
/// </summary>
internal sealed class DeviceFilters
{
    /// <summary>Bytes of all plans of a batch; pinned memory of that size is kept twice.</summary>
    private const long PlanBytesMax = 1L << 28;

    private readonly ConditionalWeakTable<PlanFilter, Bound> _bound = [];
    private DeviceFilter?[] _filters = [];
    private long _batch;

    /// <summary>[query] the filters that <see cref="TryBind"/> bound.</summary>
    public ReadOnlyMemory<DeviceFilter?> All { get; private set; }

    /// <summary>Binds the filters of a batch; false where a device cannot evaluate one.</summary>
    /// <param name="filters">[query].</param>
    /// <param name="numbers">Of a table, or a shard: columns have the same numbers in all of them.</param>
    public bool TryBind(ReadOnlySpan<RowFilter?> filters, ColumnNumbers numbers)
    {
        if (_filters.Length < filters.Length)
        {
            _filters = new DeviceFilter?[filters.Length];
        }

        _batch++;
        bool isFiltered = false;
        long bytes = 0;
        for (int query = 0; query < filters.Length; query++)
        {
            _filters[query] = null;
            if (filters[query] is { } filter)
            {
                if (filter is not PlanFilter plan || !CudaFilterPlans.CanRun(plan.Plan))
                {
                    return false;
                }

                _filters[query] = Bind(plan, numbers, ref bytes);
                isFiltered = true;
            }
        }

        All = isFiltered ? _filters.AsMemory(0, filters.Length) : default;
        return bytes <= PlanBytesMax;
    }

    private DeviceFilter Bind(PlanFilter filter, ColumnNumbers numbers, ref long bytes)
    {
        if (!_bound.TryGetValue(filter, out Bound? bound))
        {
            bound = new Bound(filter.Plan);
            _bound.Add(filter, bound);
        }

        if (bound.Batch != _batch)
        {
            // The plan may have been compiled anew since the last search.
            bound.Batch = _batch;
            bound.Number(numbers);
            bytes += CudaFilterPlans.CountBytes(filter.Plan);
        }

        return bound.Filter;
    }

    private sealed class Bound(FilterPlan plan)
    {
        private int[] _columns = [];

        public DeviceFilter Filter { get; } = new(plan);

        public long Batch { get; set; }

        public void Number(ColumnNumbers numbers)
        {
            if (_columns.Length < plan.Columns.Length)
            {
                _columns = new int[plan.Columns.Length];
            }

            numbers.NumberColumns(plan, _columns);
            Filter.Columns = _columns;
        }
    }
}
