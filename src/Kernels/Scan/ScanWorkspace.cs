using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>
/// All memory of a scan, reused from scan to scan, and the last scan's answer. Serves one scan at a time: keep a pool
/// of them. A scan of a shape that it has seen allocates nothing.
/// </summary>
public sealed unsafe class ScanWorkspace : IDisposable
{
    private readonly ScanPlan _plan = new();
    private readonly UnitOrder _units = new();
    private readonly ScanSample _sample = new();
    private readonly Action<int> _scanSample;
    private readonly Action<int> _guessCuts;
    private readonly Action<int> _scan;
    private readonly Action<int> _finish;
    private readonly Action<int> _scoreLists;
    private ScanWorker[] _workers = [];
    private NativeBuffer?[] _merged = [];
    private NativeBuffer? _hitBuffer;
    private int[] _hitCounts = [];
    private long[] _passed = [];
    private int[] _queries = [];
    private int _unprovenCount;
    private int _workerCount;
    private int _nextSlot;
    private int _k;
    private CancellationToken _cancellation;

    /// <summary>Makes an empty workspace.</summary>
    public ScanWorkspace()
    {
        _scanSample = worker => _sample.Scan(_workers[worker]);
        _guessCuts = GuessCuts;
        _scan = ScanUnits;
        _finish = FinishSlots;
        _scoreLists = ScoreLists;
    }

    /// <summary>What the last scan did.</summary>
    public ScanCounters Counters { get; private set; }

    /// <summary>The hits of a query of the last scan, best first; valid until the next scan.</summary>
    public ReadOnlySpan<ScanHit> Hits(int query) => new(HitsOf(query), _hitCounts[query]);

    /// <summary>How many rows passed a query's filter in the last scan, exactly.</summary>
    public long RowsPassed(int query) => _passed[query];

    /// <inheritdoc/>
    public void Dispose()
    {
        _plan.Dispose();
        _hitBuffer?.Dispose();
        foreach (ScanWorker worker in _workers)
        {
            worker?.Dispose();
        }

        foreach (NativeBuffer? merged in _merged)
        {
            merged?.Dispose();
        }
    }

    /// <summary>Makes room for a request's answer.</summary>
    internal void Begin(ScanRequest request, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _k = (int)Math.Min(request.K, Math.Max(1, request.RowCount));
        Counters = default;
        ScanArrays.Grow(ref _hitCounts, request.QueryCount);
        ScanArrays.Grow(ref _passed, request.QueryCount);
        Array.Clear(_hitCounts, 0, request.QueryCount);
        Array.Clear(_passed, 0, request.QueryCount);
        ScanArrays.Grow(ref _hitBuffer, (long)request.QueryCount * _k * sizeof(ScanHit));
    }

    /// <summary>Scans for some of the queries.</summary>
    /// <param name="request">The request.</param>
    /// <param name="firstQuery">The first query.</param>
    /// <param name="queryCount">How many.</param>
    /// <param name="helpers">Threads that help, taken by the caller; null for none.</param>
    internal void Pass(ScanRequest request, int firstQuery, int queryCount, ScanWorkers? helpers)
    {
        Prepare(request, firstQuery, queryCount, helpers);
        if (_sample.Start(_plan))
        {
            _plan.K = _sample.Rank;
            ResetWorkers(ScanSample.RoomMin, ScanSample.RunRows);
            Run(_scanSample, helpers);
            _nextSlot = 0;
            Run(_guessCuts, helpers);
        }

        Scan(helpers);
        if (_unprovenCount > 0)
        {
            Span<int> unproven = _queries.AsSpan(0, _unprovenCount);
            unproven.Sort();
            _plan.Prepare(request, unproven);
            Scan(helpers);
        }
    }

    /// <summary>Scores the candidates of some of the queries, each at once by its canonical score.</summary>
    /// <inheritdoc cref="Pass" path="/param"/>
    internal void ScoreCandidates(ScanRequest request, int firstQuery, int queryCount, ScanWorkers? helpers)
    {
        Prepare(request, firstQuery, queryCount, helpers);
        _plan.BeginScan(_k);
        ResetWorkers(Survivors.RoomMin, UnitOrder.UnitRowsMax);
        _nextSlot = 0;
        Run(_scoreLists, helpers);
        _cancellation.ThrowIfCancellationRequested();
        AddCounters();
    }

    private void Prepare(ScanRequest request, int firstQuery, int queryCount, ScanWorkers? helpers)
    {
        _workerCount = helpers?.ThreadCount ?? 1;
        ScanArrays.Grow(ref _workers, _workerCount);
        ScanArrays.Grow(ref _merged, _workerCount);
        ScanArrays.Grow(ref _queries, queryCount);
        for (int query = 0; query < queryCount; query++)
        {
            _queries[query] = firstQuery + query;
        }

        _plan.Prepare(request, _queries.AsSpan(0, queryCount));
    }

    /// <summary>Scans all rows for the plan's queries with the cuts as they are.</summary>
    private void Scan(ScanWorkers? helpers)
    {
        _plan.BeginScan(_k);
        _units.Reset(_plan.Request.RowCount, _workerCount);
        ResetWorkers(Survivors.RoomMin, UnitOrder.UnitRowsMax);
        Run(_scan, helpers);
        _cancellation.ThrowIfCancellationRequested();
        _nextSlot = 0;
        _unprovenCount = 0;
        Run(_finish, helpers);
        _cancellation.ThrowIfCancellationRequested();
        AddCounters();
    }

    private void AddCounters()
    {
        for (int i = 0; i < _workerCount; i++)
        {
            Counters += _workers[i].Counters;
        }
    }

    private void ResetWorkers(int roomMin, int unitRows)
    {
        for (int i = 0; i < _workerCount; i++)
        {
            (_workers[i] ??= new ScanWorker(_plan)).Reset(roomMin, unitRows);
        }
    }

    private static void Run(Action<int> work, ScanWorkers? helpers)
    {
        if (helpers is null)
        {
            work(0);
        }
        else
        {
            helpers.Run(work);
        }
    }

    private ScanHit* HitsOf(int query) => (ScanHit*)_hitBuffer!.Address + ((long)query * _k);

    private void ScanUnits(int worker)
    {
        while (!_cancellation.IsCancellationRequested && _units.TryTake(out UnitRows unit))
        {
            _workers[worker].Scan(unit);
        }

        _workers[worker].End();
    }

    private void GuessCuts(int worker)
    {
        while (TryTakeSlot(out int slot))
        {
            SurvivorList list = Merge(worker, slot);
            _workers[worker].Compactor.CutAtLast(slot, ref list);
        }
    }

    private void FinishSlots(int worker)
    {
        while (TryTakeSlot(out int slot))
        {
            Finish(worker, slot);
        }
    }

    private bool TryTakeSlot(out int slot)
    {
        slot = _cancellation.IsCancellationRequested ? _plan.SlotCount : Interlocked.Increment(ref _nextSlot) - 1;
        return slot < _plan.SlotCount;
    }

    private void Finish(int worker, int slot)
    {
        SurvivorList list = Merge(worker, slot);
        _workers[worker].Compactor.Finish(slot, ref list);
        int query = _plan.QueryOf(slot);
        if (!_plan.IsProven(slot, list))
        {
            _queries[Interlocked.Increment(ref _unprovenCount) - 1] = query;
            return;
        }

        TakeHits(query, list);
        for (int i = 0; i < _workerCount; i++)
        {
            _passed[query] += _workers[i].Passed(_plan.FilterOf(slot));
        }
    }

    private void ScoreLists(int worker)
    {
        while (TryTakeSlot(out int slot))
        {
            int query = _plan.QueryOf(slot);
            ReadOnlySpan<uint> rows = _plan.Request.Candidates.Span[query].Span;
            SurvivorList list = new()
            {
                Words = (ulong*)ScanArrays.Grow(ref _merged[worker], (long)rows.Length * sizeof(ulong)),
                Count = rows.Length,
            };
            for (int i = 0; i < rows.Length; i++)
            {
                list.Words[i] = ScoredRow.Pack(float.PositiveInfinity, rows[i]);
            }

            _workers[worker].Compactor.Score(slot, ref list);
            TakeHits(query, list);
            _passed[query] = rows.Length;
        }
    }

    private void TakeHits(int query, in SurvivorList list)
    {
        ScanHit* hits = HitsOf(query);
        for (int i = 0; i < list.Count; i++)
        {
            hits[i] = new ScanHit(ScoredRow.Row(list.Words[i]), ScoredRow.Score(list.Words[i]));
        }

        _hitCounts[query] = list.Count;
    }

    /// <summary>What all threads keep for a slot.</summary>
    private SurvivorList Merge(int worker, int slot)
    {
        if (_workerCount == 1)
        {
            return _workers[0].Survivors[slot];
        }

        Compactor compactor = _workers[worker].Compactor;
        long wordCount = (long)_workerCount * Survivors.CapacityFor(_plan.K, Survivors.RoomMin);
        SurvivorList merged = new()
        {
            Words = (ulong*)ScanArrays.Grow(ref _merged[worker], wordCount * sizeof(ulong)),
        };
        for (int i = 0; i < _workerCount; i++)
        {
            ref SurvivorList list = ref _workers[i].Survivors[slot];
            compactor.Unsettle(slot, ref list);
            list.Span.CopyTo(new Span<ulong>(merged.Words + merged.Count, list.Count));
            merged.Count += list.Count;
        }

        return merged;
    }
}
