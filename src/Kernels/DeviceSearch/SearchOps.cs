using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>The loaded kernels of a search, and the order in which a pass runs them. One for a context.</summary>
internal sealed partial class SearchOps : IDisposable
{
    private readonly PlanFilterCuda _filter;
    private readonly SearchStepsCuda _steps;
    private readonly TopKCuda _finish;
    private readonly ScanBoundsCuda _bounds;
    private readonly FusedScanCuda?[] _scans = new FusedScanCuda?[Enum.GetValues<CudaElement>().Length];
    private readonly CudaContext _context;
    private readonly Lock _loading = new();
    private FusedScanSumCuda? _sum;
    private CodeSelectCuda? _select;
    private SimilarityScanCuda? _learnedScan;
    private SimilarityScoresCuda? _learnedScores;

    /// <summary>Loads the kernels that every table needs.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public SearchOps(CudaContext context)
    {
        _context = context;
        _filter = new PlanFilterCuda(context);
        _steps = new SearchStepsCuda(context);
        _finish = new TopKCuda(context);
        _bounds = new ScanBoundsCuda(context);
    }

    /// <summary>How many queries a launch of the scan takes.</summary>
    /// <param name="element">What rows are made of.</param>
    /// <param name="queryBytes">Bytes of a packed query.</param>
    /// <param name="terms">Embeddings of a weighted sum, or 0.</param>
    /// <exception cref="ArgumentException">The embeddings are too many or too wide together.</exception>
    public int QueriesPerLaunch(CudaElement element, int queryBytes, int terms)
    {
        int count = terms == 0 ? Scan(element).QueriesPerLaunch(queryBytes) : Sum().QueriesPerLaunch(queryBytes, terms);
        return count > 0
            ? count
            : throw new ArgumentException(
                $"Expected embeddings whose queries fit a multiprocessor's memory together, found {terms} of "
                + $"{queryBytes} bytes.");
    }

    /// <summary>How many queries a launch of a scan by a learned similarity takes.</summary>
    /// <exception cref="ArgumentException">Not even one fits a multiprocessor's memory.</exception>
    public int QueriesPerLaunch(CudaSimilarity similarity, CudaEmbedding vectors)
    {
        int count = LearnedScores().HasRoom(similarity)
            ? LearnedScan().QueriesPerLaunch(similarity, vectors.Element, vectors.RowBytes)
            : 0;
        return count > 0
            ? count
            : throw new ArgumentException(
                $"Expected a similarity that fits a multiprocessor's memory; found one of {similarity.Hidden} hidden "
                + $"units and {similarity.Pairs} pairs over rows of {vectors.RowBytes} bytes.");
    }

    /// <summary>Whether a similarity's scan, and its scores, fit a multiprocessor's memory.</summary>
    public bool HasRoom(CudaSimilarity similarity, CudaEmbedding vectors)
        => LearnedScores().HasRoom(similarity)
            && LearnedScan().QueriesPerLaunch(similarity, vectors.Element, vectors.RowBytes) > 0;

    /// <summary>Whether cuts may be estimated from tiles.</summary>
    public bool HasTiles(CudaElement element, int queryBytes) => Scan(element).HasTiles(queryBytes);

    /// <summary>Whether a launch of the scan of a sum takes any query.</summary>
    public bool CanAdd(int queryBytes, int terms) => Sum().QueriesPerLaunch(queryBytes, terms) > 0;

    /// <summary>The scan of a weighted sum; loads it at first.</summary>
    private FusedScanSumCuda Sum()
    {
        lock (_loading)
        {
            return _sum ??= new FusedScanSumCuda(_context);
        }
    }

    /// <summary>The scan by a learned similarity; loads it at first.</summary>
    private SimilarityScanCuda LearnedScan()
    {
        lock (_loading)
        {
            return _learnedScan ??= new SimilarityScanCuda(_context);
        }
    }

    /// <summary>The scores of a learned similarity; loads them at first.</summary>
    private SimilarityScoresCuda LearnedScores()
    {
        lock (_loading)
        {
            return _learnedScores ??= new SimilarityScoresCuda(_context);
        }
    }

    /// <summary>The choice by codes; loads it at first.</summary>
    private CodeSelectCuda Select()
    {
        lock (_loading)
        {
            return _select ??= new CodeSelectCuda(_context);
        }
    }

    /// <summary>The scan of rows of an element; loads it at first.</summary>
    private FusedScanCuda Scan(CudaElement element)
    {
        lock (_loading)
        {
            return _scans[(int)element] ??= new FusedScanCuda(_context, element);
        }
    }

    /// <summary>Enqueues a pass.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="mode">What it does.</param>
    /// <param name="isEstimated">Whether cuts of the scan of all rows are estimated from tiles.</param>
    /// <param name="shape">The sizes of the arrays.</param>
    /// <param name="memory">The arrays.</param>
    /// <param name="plans">The filters; their upload is ahead in the stream.</param>
    /// <param name="order">The table's order.</param>
    /// <param name="marks">Recorded between the stages and at both ends; or none.</param>
    public void Enqueue(
        CudaStream stream,
        SearchMode mode,
        bool isEstimated,
        in SearchShape shape,
        SearchMemory memory,
        CudaFilterPlans plans,
        DeviceSlice<long> order,
        ReadOnlySpan<CudaEvent> marks)
    {
        Mark(stream, marks, 0);
        memory.EnqueueUpload(stream);
        Mark(stream, marks, 1);
        if (shape.IsLearnedScan)
        {
            stream.EnqueueZero(memory.Scored);
            stream.EnqueueZero(memory.Gated);
        }

        if (mode == SearchMode.Filtered)
        {
            if (shape.Plans > 0)
            {
                _filter.Launch(
                    stream, memory.FilterTable, plans, memory.PlanMasks, memory.MaskWords, memory.PlanPassed);
            }

            if (shape.Keeps)
            {
                Select().Launch(stream, memory.Codes, shape.CodeRowBytes, memory.Choices, memory.MaskWords, memory.KeepScratch);
            }
        }

        if (mode != SearchMode.Plain)
        {
            _steps.Choose(stream, memory);
            _steps.List(stream, memory);
            if (mode == SearchMode.Filtered && shape.DirectRows > 0)
            {
                _steps.Direct(stream, memory);
            }
        }

        Mark(stream, marks, 2);
        EnqueueSeed(stream, mode, isEstimated, shape, memory);
        Mark(stream, marks, 3);
        EnqueueScan(stream, mode, isEstimated, shape, memory);
        Mark(stream, marks, 4);
        EnqueueFinish(stream, shape, memory, order);
        Mark(stream, marks, 5);
        memory.EnqueueDownload(stream);
        Mark(stream, marks, 6);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _filter.Dispose();
        _steps.Dispose();
        _finish.Dispose();
        _bounds.Dispose();
        _sum?.Dispose();
        _select?.Dispose();
        _learnedScan?.Dispose();
        _learnedScores?.Dispose();
        foreach (FusedScanCuda? scan in _scans)
        {
            scan?.Dispose();
        }
    }

    private static void Mark(CudaStream stream, ReadOnlySpan<CudaEvent> marks, int stage)
    {
        if (!marks.IsEmpty)
        {
            marks[stage].RecordNode(stream);
        }
    }
}
