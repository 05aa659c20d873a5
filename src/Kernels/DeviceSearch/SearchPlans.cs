using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>The distinct filters of a pass, and the memory that their plans are uploaded from.</summary>
/// <param name="context">Where.</param>
internal sealed class SearchPlans(CudaContext context) : IDisposable
{
    /// <summary>Room for clauses and operands that there always is.</summary>
    public const int BytesMin = 64 * 1024;

    private static readonly DeviceFilter s_everyRow = EveryRow();
    private readonly Dictionary<DeviceFilter, int> _numbers = [];
    private readonly List<DeviceFilter> _filters = [];
    private readonly int[] _planOf = new int[FusedScan.QueriesMax];

    /// <summary>The plans.</summary>
    public CudaFilterPlans OnDevice { get; private set; } = new(context, BytesMin);

    /// <summary>Whether their place on the device changed with the last ones.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count => _filters.Count;

    /// <summary>[query of the pass]: its plan, or -1 where every row passes.</summary>
    public ReadOnlySpan<int> PlanOf => _planOf;

    /// <summary>Collects the filters of some queries. Where some rows are not live, every query has one.</summary>
    public void Collect(DeviceSearchRequest request, int firstQuery, int queryCount)
    {
        _numbers.Clear();
        _filters.Clear();
        long bytes = 0;
        for (int q = 0; q < queryCount; q++)
        {
            DeviceFilter? filter = request.FilterOf(firstQuery + q) ?? (request.Table.Live.IsEmpty ? null : s_everyRow);
            _planOf[q] = filter is null ? -1 : Number(filter, ref bytes);
        }

        HasMoved = bytes > OnDevice.CapacityBytes;
        if (HasMoved)
        {
            // Where there is no memory for more, the plans that there are stay usable.
            CudaFilterPlans larger = new(context, checked((int)(bytes + (bytes / 2))));
            OnDevice.Dispose();
            OnDevice = larger;
        }

        OnDevice.Clear();
        foreach (DeviceFilter filter in _filters)
        {
            OnDevice.Append(filter.Plan, filter.Columns.Span, request.Table.FirstBlock);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => OnDevice.Dispose();

    private static DeviceFilter EveryRow()
    {
        FilterPlan plan = new();
        plan.Complete(FilterPlan.Pass);
        return new DeviceFilter(plan);
    }

    private int Number(DeviceFilter filter, ref long bytes)
    {
        if (!_numbers.TryGetValue(filter, out int number))
        {
            number = _filters.Count;
            _numbers.Add(filter, number);
            _filters.Add(filter);
            bytes += CudaFilterPlans.CountBytes(filter.Plan);
        }

        return number;
    }
}
