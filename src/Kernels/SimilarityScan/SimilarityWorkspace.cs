using Linr.Kernels.Similarities;

namespace Linr.Kernels.Scan;

/// <summary>
/// All memory of a <see cref="SimilarityScan"/>, reused from scan to scan, and the last scan's answer. Serves one scan
/// at a time; a scan of a shape that it has seen allocates nothing but what preparing the queries takes.
/// </summary>
public sealed class SimilarityWorkspace : IDisposable
{
    private readonly UnitOrder _units = new();
    private readonly Action<int> _scan;
    private readonly Action<int> _score;
    private readonly OrderSort _sort;
    private SimilarityWorker[] _workers = [];
    private SimilarityPlan? _plan;
    private ulong[] _hits = [];
    private int[] _hitCounts = [];
    private int _nextQuery;
    private ScanHit[][] _answers = [];
    private CancellationToken _cancellation;

    /// <summary>Makes an empty workspace.</summary>
    public SimilarityWorkspace()
    {
        _scan = ScanUnits;
        _score = ScoreCandidates;
        _sort = new OrderSort(() => _plan!.Request.Order);
    }

    /// <summary>
    /// Rows of the last scan whose whole logit was computed, summed over queries: the others could not reach.
    /// </summary>
    public long RowsScored { get; private set; }

    /// <summary>The hits of a query of the last scan, best first; valid until the next scan.</summary>
    public ReadOnlySpan<ScanHit> Hits(int query) => _answers[query].AsSpan(0, _hitCounts[query]);

    /// <summary>How many rows passed a query's filter in the last scan, exactly.</summary>
    public long RowsPassed(int query)
    {
        if (_plan!.Request.Candidates.Length > 0)
        {
            return _plan.Request.Candidates.Span[query].Length;
        }

        long passed = 0;
        for (int i = 0; i < _plan.WorkerCount; i++)
        {
            passed += _workers[i].Passed(_plan.FilterOf(query));
        }

        return passed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SimilarityWorker worker in _workers)
        {
            worker?.Dispose();
        }

        _plan?.Dispose();
    }

    internal void Run(
        LearnedSimilarity similarity, ScanRequest request, ScanWorkers? helpers, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        int workerCount = helpers?.ThreadCount ?? 1;
        (_plan ??= new SimilarityPlan()).Prepare(similarity, request, workerCount);
        ScanArrays.Grow(ref _workers, workerCount);
        for (int i = 0; i < workerCount; i++)
        {
            (_workers[i] ??= new SimilarityWorker()).Reset(_plan);
        }

        _units.Reset(request.RowCount, workerCount);
        _nextQuery = 0;
        Action<int> work = request.Candidates.Length > 0 ? _score : _scan;
        if (helpers is null)
        {
            work(0);
        }
        else
        {
            helpers.Run(work);
        }

        cancellation.ThrowIfCancellationRequested();
        Finish();
    }

    private void ScanUnits(int worker)
    {
        while (!_cancellation.IsCancellationRequested && _units.TryTake(out UnitRows unit))
        {
            _workers[worker].Scan(unit);
        }
    }

    private void ScoreCandidates(int worker)
    {
        int query = Interlocked.Increment(ref _nextQuery) - 1;
        while (!_cancellation.IsCancellationRequested && query < _plan!.Request.QueryCount)
        {
            _workers[worker].ScoreCandidates(query);
            query = Interlocked.Increment(ref _nextQuery) - 1;
        }
    }

    /// <summary>Puts together what all threads keep.</summary>
    private void Finish()
    {
        int queries = _plan!.Request.QueryCount;
        ScanArrays.Grow(ref _answers, queries);
        ScanArrays.Grow(ref _hitCounts, queries);
        RowsScored = 0;
        for (int i = 0; i < _plan.WorkerCount; i++)
        {
            RowsScored += _workers[i].RowsScored;
        }

        for (int query = 0; query < queries; query++)
        {
            int count = 0;
            for (int i = 0; i < _plan.WorkerCount; i++)
            {
                ReadOnlySpan<ulong> kept = _workers[i].Kept(query);
                ScanArrays.Grow(ref _hits, count + kept.Length);
                kept.CopyTo(_hits.AsSpan(count));
                count += kept.Length;
            }

            count = _plan.Cut(_hits.AsSpan(0, count), _sort, _workers[0].Caps);
            _answers[query] ??= [];
            ScanArrays.Grow(ref _answers[query], count);
            _hitCounts[query] = count;
            for (int i = 0; i < count; i++)
            {
                ulong word = _hits[i];
                _answers[query][i] = new ScanHit(ScoredRow.Row(word), ScoredRow.Score(word));
            }
        }
    }
}
