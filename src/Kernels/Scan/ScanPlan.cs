using Linr.Kernels.Filter;

namespace Linr.Kernels.Scan;

/// <summary>
/// What all threads of one scan share: the queries packed, in slots ordered by filter; the bound that each slot's
/// scores are cut at; the counter that units are taken from. Reused from scan to scan.
/// </summary>
internal sealed unsafe class ScanPlan : IDisposable
{
    private readonly PlanQueries _queries = new();
    private readonly DistinctFilters _filters = new();
    private SharedClauses[] _shared = [];
    private int[] _filterOfSlot = [];
    private int[] _queryOfSlot = [];
    private int[] _firstSlotOfFilter = [];
    private PanelGroup[] _groups = [];
    private float[] _firstCuts = [];

    public ScanPlan() => Errors = new PlanErrors(_queries);

    /// <summary>The request.</summary>
    public ScanRequest Request { get; private set; } = new();

    /// <summary>The packed queries.</summary>
    public PlanQueries Queries => _queries;

    /// <summary>How far float scores may be from canonical ones.</summary>
    public PlanErrors Errors { get; }

    /// <summary>What is known of each slot's last hit.</summary>
    public Cuts Cuts { get; } = new();

    /// <summary>Queries of this pass.</summary>
    public int SlotCount { get; private set; }

    /// <summary>
    /// Hits kept a query: the request's K or the number of rows; while a sample is scanned, its rank.
    /// </summary>
    public int K { get; set; }

    /// <summary>Distinct filters.</summary>
    public int FilterCount => _filters.Count;

    /// <summary>Panels chosen together.</summary>
    public ReadOnlySpan<PanelGroup> Groups => _groups.AsSpan(0, GroupCount);

    private int GroupCount { get; set; }

    /// <summary>The distinct filter <paramref name="filter"/>.</summary>
    public RowFilter? Filter(int filter) => _filters[filter];

    /// <summary>
    /// What the <see cref="SharedClauses.FiltersMax"/> distinct filters from <paramref name="firstFilter"/>, a multiple
    /// of that number, have in common.
    /// </summary>
    public SharedClauses SharedFrom(int firstFilter) => _shared[firstFilter / SharedClauses.FiltersMax];

    /// <summary>The distinct filter of a slot.</summary>
    public int FilterOf(int slot) => _filterOfSlot[slot];

    /// <summary>The request's query in a slot.</summary>
    public int QueryOf(int slot) => _queryOfSlot[slot];

    /// <summary>Takes some queries of the request.</summary>
    public void Prepare(ScanRequest request, ReadOnlySpan<int> queries)
    {
        int queryCount = queries.Length;
        Request = request;
        SlotCount = queryCount;
        K = (int)Math.Min(request.K, Math.Max(1, request.RowCount));
        ScanArrays.Grow(ref _filterOfSlot, queryCount);
        ScanArrays.Grow(ref _queryOfSlot, queryCount);
        _filters.Reset(queryCount);
        for (int query = 0; query < queryCount; query++)
        {
            _filters.Add(query, request.Filters.Span, queries[query]);
        }

        ShareClauses();
        OrderSlots(queries);
        _queries.Pack(request, _queryOfSlot.AsSpan(0, queryCount));
        Errors.Prepare(queryCount);
        FindGroups();
        Cuts.Reset(_queries.PanelCount * _queries.PanelSlots);
        for (int slot = 0; slot < queryCount; slot++)
        {
            Cuts.Raise(slot, ScoreMin(slot));
        }
    }

    /// <summary>Starts the scan of all rows with the cuts as they are.</summary>
    public void BeginScan(int k)
    {
        K = k;
        ScanArrays.Grow(ref _firstCuts, SlotCount);
        for (int slot = 0; slot < SlotCount; slot++)
        {
            _firstCuts[slot] = Cuts[slot];
        }
    }

    /// <summary>
    /// Whether a slot's settled list proves the cut that its scan began with: K rows reach it, or the caller asked for
    /// it.
    /// </summary>
    public bool IsProven(int slot, in SurvivorList answer)
        => _firstCuts[slot] <= ScoreMin(slot)
            || (answer.Count == K && ScoredRow.Score(answer.Words[K - 1]) >= _firstCuts[slot]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _queries.Dispose();
        Cuts.Dispose();
        foreach (SharedClauses shared in _shared)
        {
            shared?.Dispose();
        }
    }

    private float ScoreMin(int slot)
        => Request.ScoreMin.Length == 0 ? float.NegativeInfinity : Request.ScoreMin.Span[_queryOfSlot[slot]];

    private void ShareClauses()
    {
        const int most = SharedClauses.FiltersMax;
        ScanArrays.Grow(ref _shared, (FilterCount + most - 1) / most);
        for (int first = 0; first < FilterCount; first += most)
        {
            ReadOnlySpan<RowFilter?> filters = _filters.Slice(first, Math.Min(most, FilterCount - first));
            (_shared[first / most] ??= new SharedClauses()).Prepare(filters, Request.RowCount);
        }
    }

    private void OrderSlots(ReadOnlySpan<int> queries)
    {
        ScanArrays.Grow(ref _firstSlotOfFilter, FilterCount + 1);
        Span<int> next = _firstSlotOfFilter.AsSpan(0, FilterCount + 1);
        next.Clear();
        for (int query = 0; query < SlotCount; query++)
        {
            next[_filters.Of(query) + 1]++;
        }

        for (int filter = 0; filter < FilterCount; filter++)
        {
            next[filter + 1] += next[filter];
        }

        for (int query = 0; query < SlotCount; query++)
        {
            int slot = next[_filters.Of(query)]++;
            _filterOfSlot[slot] = _filters.Of(query);
            _queryOfSlot[slot] = queries[query];
        }
    }

    private void FindGroups()
    {
        ScanArrays.Grow(ref _groups, _queries.PanelCount);
        GroupCount = 0;
        for (int panel = 0; panel < _queries.PanelCount; panel++)
        {
            int first = _filterOfSlot[panel * _queries.PanelSlots];
            int last = _filterOfSlot[Math.Min((panel + 1) * _queries.PanelSlots, SlotCount) - 1];
            PanelGroup previous = GroupCount == 0 ? default : _groups[GroupCount - 1];
            if (first == last && previous.FilterCount == 1 && previous.FirstFilter == first)
            {
                _groups[GroupCount - 1] = previous with { PanelCount = previous.PanelCount + 1 };
            }
            else
            {
                _groups[GroupCount++] = new PanelGroup(panel, 1, first, last - first + 1);
            }
        }
    }
}
