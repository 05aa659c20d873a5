using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>The distinct filters of a pass, and the memory that their plans are uploaded from.</summary>
/// <param name="context">Where.</param>
internal sealed class SearchPlans(CudaContext context) : IDisposable
{
    /// <summary>Room for clauses, operands and shared tables that there always is.</summary>
    public const int BytesMin = (64 * 1024) + (GroupCountMax * ((TableWordsMax * sizeof(uint)) + LookupBytesMax));

    /// <summary>Words of a group's shared tables: they are filled and sent for each batch.</summary>
    private const int TableWordsMax = 1 << 15;

    private const int LookupBytesMax = 4096;
    private const int GroupCountMax = CudaFilterPlans.PlanCountMax / SharedTables.PlansMax;

    /// <summary>
    /// Rows that a device filters in the time in which a processor filters one, or fills a word of a table.
    /// </summary>
    private const int RowsPerWord = 1024;

    private static readonly DeviceFilter s_everyRow = EveryRow();
    private readonly Dictionary<DeviceFilter, int> _numbers = [];
    private readonly List<DeviceFilter> _filters = [];
    private readonly int[] _planOf = new int[FusedScan.QueriesMax];
    private readonly FilterPlan[] _plans = new FilterPlan[CudaFilterPlans.PlanCountMax];
    private readonly ReadOnlyMemory<int>[] _columnsOf = new ReadOnlyMemory<int>[CudaFilterPlans.PlanCountMax];
    private readonly SharedTables?[] _shared = new SharedTables?[GroupCountMax];

    /// <summary>The plans.</summary>
    public CudaFilterPlans OnDevice { get; private set; } = new(context, BytesMin);

    /// <summary>Whether their place on the device changed with the last ones.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Plans share as in a table of so many rows at least; more in tests of small tables.</summary>
    public long SharedRowsMin { get; set; }

    /// <summary>How many there are.</summary>
    public int Count => _filters.Count;

    /// <summary>[query of the pass]: its plan, or -1 where every row passes.</summary>
    public ReadOnlySpan<int> PlanOf => _planOf;

    /// <summary>Collects the filters of some queries. Where some rows are not live, every query has one.</summary>
    public void Collect(DeviceSearchRequest request, int firstQuery, int queryCount)
    {
        _numbers.Clear();
        _filters.Clear();
        for (int q = 0; q < queryCount; q++)
        {
            DeviceFilter? filter = request.FilterOf(firstQuery + q) ?? (request.Table.Live.IsEmpty ? null : s_everyRow);
            _planOf[q] = filter is null ? -1 : Number(filter);
        }

        long bytes = Share(request.Table.RowCount);
        HasMoved = bytes > OnDevice.CapacityBytes;
        if (HasMoved)
        {
            // Where there is no memory for more, the plans that there are stay usable.
            CudaFilterPlans larger = new(context, checked((int)(bytes + (bytes / 2))));
            OnDevice.Dispose();
            OnDevice = larger;
        }

        OnDevice.Clear();
        for (int first = 0; first < Count; first += SharedTables.PlansMax)
        {
            int count = Math.Min(SharedTables.PlansMax, Count - first);
            OnDevice.AppendGroup(
                _shared[first / SharedTables.PlansMax]!,
                _plans.AsSpan(first, count),
                _columnsOf.AsSpan(first, count),
                request.Table.FirstBlock);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        OnDevice.Dispose();
        foreach (SharedTables? tables in _shared)
        {
            tables?.Dispose();
        }
    }

    private static DeviceFilter EveryRow()
    {
        FilterPlan plan = new();
        plan.Complete(FilterPlan.Pass);
        return new DeviceFilter(plan);
    }

    private int Number(DeviceFilter filter)
    {
        if (!_numbers.TryGetValue(filter, out int number))
        {
            number = _filters.Count;
            _numbers.Add(filter, number);
            _filters.Add(filter);
        }

        return number;
    }

    /// <summary>Finds what groups of plans share; the bytes that all plans take.</summary>
    private long Share(long rowCount)
    {
        long bytes = 0;
        Array.Clear(_plans);
        Array.Clear(_columnsOf);
        for (int i = 0; i < Count; i++)
        {
            _plans[i] = _filters[i].Plan;
            _columnsOf[i] = _filters[i].Columns;
            bytes += CudaFilterPlans.CountBytes(_plans[i]);
        }

        for (int first = 0; first < Count; first += SharedTables.PlansMax)
        {
            SharedTables tables = _shared[first / SharedTables.PlansMax] ??= new SharedTables();
            int count = Math.Min(SharedTables.PlansMax, Count - first);
            tables.Prepare(
                _plans.AsSpan(first, count),
                Math.Max(rowCount, SharedRowsMin) / RowsPerWord,
                TableWordsMax,
                _columnsOf.AsSpan(first, count));
            bytes += CudaFilterPlans.CountBytes(tables);
        }

        return bytes;
    }
}
