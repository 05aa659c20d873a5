using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>The loaded kernels of a search, and the order in which a pass runs them. One for a context.</summary>
internal sealed class SearchOps : IDisposable
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

    private void EnqueueLaunches(
        CudaStream stream,
        SearchMode mode,
        in SearchShape shape,
        SearchMemory memory,
        bool isSample,
        bool hasTiles = false)
    {
        int rowBytes = CudaEmbedding.RowBytesOf(shape.Dim, shape.Element);
        for (int launch = 0; launch < shape.Launches; launch++)
        {
            int room = Math.Min(shape.QueriesPerLaunch, shape.Queries - (launch * shape.QueriesPerLaunch));
            CudaScanBatch counts = new() { QueryCount = room, QueryBytes = shape.QueryBytes };
            foreach (bool isListed in (ReadOnlySpan<bool>)[false, true])
            {
                if (!IsScanned(mode, isListed))
                {
                    continue;
                }

                if (hasTiles && !isListed)
                {
                    Scan(shape.Element).LaunchTiles(
                        stream, memory.DenseTable, memory.TilesBatch(launch), counts, rowBytes);
                    continue;
                }

                DeviceSlice<CudaScanBatch> batch = memory.Batch(launch, isSample, isListed);
                if (shape.Terms > 0)
                {
                    DeviceSlice<CudaScanSum> sum = memory.Sums.Slice((2 * launch) + (isListed ? 1 : 0), 1);
                    Sum().Launch(stream, sum, shape.Terms, batch, counts);
                }
                else
                {
                    Scan(shape.Element).Launch(
                        stream,
                        isListed ? memory.Table : memory.DenseTable,
                        batch,
                        counts,
                        rowBytes,
                        isSpecial: isSample || isListed || shape.HasGroups || shape.Rows > int.MaxValue
                            || (shape.HasNorms && shape.Element == CudaElement.Int8),
                        isListed: isListed && !isSample && !shape.HasGroups && !shape.HasNorms);
                }
            }
        }
    }

    /// <summary>Whether a pass scans all rows, or listed ones.</summary>
    private static bool IsScanned(SearchMode mode, bool isListed)
        => mode != (isListed ? SearchMode.Plain : SearchMode.Stretch);

    private void EnqueueSeed(
        CudaStream stream, SearchMode mode, bool isEstimated, in SearchShape shape, SearchMemory memory)
    {
        if (shape.HasGroups)
        {
            EnqueueGroupSeed(stream, mode, shape, memory);
        }
        else
        {
            EnqueueLaunches(stream, mode, shape, memory, isSample: true, isEstimated);
            if (!isEstimated || mode != SearchMode.Plain)
            {
                EnqueueSampleCuts(stream, mode, shape, memory, withDense: !isEstimated);
            }

            if (isEstimated)
            {
                EnqueueEstimates(stream, shape, memory);
            }
        }

        if (mode == SearchMode.Stretch)
        {
            _steps.Carry(stream, memory);
        }
    }

    /// <summary>First cuts that k rows of the sample reach: of all queries, or of those that are listed.</summary>
    private void EnqueueSampleCuts(
        CudaStream stream, SearchMode mode, in SearchShape shape, SearchMemory memory, bool withDense)
    {
        _finish.LaunchSampleCut(
            stream,
            memory.Sample,
            shape.PartHits,
            memory.PartErrors,
            memory.FirstCuts,
            withDense ? default : memory.Ways);
        bool isPlain = mode == SearchMode.Plain;
        _bounds.Begin(
            stream,
            memory.Batches.Slice(0, 1),
            memory.FirstCuts,
            memory.Lowest,
            memory.LevelBases,
            memory.LevelShifts,
            isPlain ? default : memory.Ways,
            isPlain ? default : memory.DenseCuts,
            isPlain ? default : memory.ListCuts,
            withDense);
    }

    /// <summary>First cuts by estimate, of the queries that are not listed.</summary>
    private void EnqueueEstimates(CudaStream stream, in SearchShape shape, SearchMemory memory)
    {
        for (int launch = 0; launch < shape.Launches; launch++)
        {
            int first = launch * shape.QueriesPerLaunch;
            int room = Math.Min(shape.QueriesPerLaunch, shape.Queries - first);
            _bounds.BeginTiles(
                stream,
                memory.TilesBatch(launch),
                memory.Batch(launch, isSample: false, isListed: false),
                memory.RowCount(isListed: false),
                memory.Lowest.Slice(first, room),
                memory.LevelBases.Slice(first, room),
                memory.LevelShifts.Slice(first, room));
        }
    }

    /// <summary>
    /// With a cap on groups the rows of the sample matter, and each way of scanning knows its own: the first cuts need
    /// no split.
    /// </summary>
    private void EnqueueGroupSeed(
        CudaStream stream, SearchMode mode, in SearchShape shape, SearchMemory memory)
    {
        stream.EnqueueZero(memory.Slots);
        if (mode == SearchMode.Plain)
        {
            stream.EnqueueZero(memory.Cuts);
        }

        EnqueueLaunches(stream, mode, shape, memory, isSample: true);
        for (int launch = 0; launch < shape.Launches; launch++)
        {
            int first = launch * shape.QueriesPerLaunch;
            int room = Math.Min(shape.QueriesPerLaunch, shape.Queries - first);
            foreach (bool isListed in (ReadOnlySpan<bool>)[false, true])
            {
                if (IsScanned(mode, isListed))
                {
                    _bounds.BeginGroups(
                        stream,
                        memory.Batch(launch, isSample: true, isListed),
                        memory.RowCount(isListed),
                        shape.Terms > 0 ? FusedScanSumCuda.TileRows(room) : FusedScanCuda.TileRows(shape.Element, room),
                        memory.Lowest.Slice(first, room),
                        memory.LevelBases.Slice(first, room),
                        memory.LevelShifts.Slice(first, room));
                }
            }
        }
    }

    private void EnqueueScan(
        CudaStream stream, SearchMode mode, bool isEstimated, in SearchShape shape, SearchMemory memory)
    {
        EnqueueLaunches(stream, mode, shape, memory, isSample: false);
        bool isPlain = mode == SearchMode.Plain;
        DeviceSlice<SearchWay> ways = isPlain ? default : memory.Ways;
        DeviceSlice<uint> denseCuts = isPlain ? default : memory.DenseCuts;
        DeviceSlice<uint> listCuts = isPlain ? default : memory.ListCuts;
        if (shape.HasGroups)
        {
            _bounds.EndGroups(
                stream, memory.Batches.Slice(0, 1), memory.LastCuts, memory.Lowest, ways, denseCuts, listCuts);
        }
        else
        {
            _bounds.End(
                stream,
                memory.Batches.Slice(0, 1),
                memory.LastCuts,
                memory.Lowest,
                ways,
                denseCuts,
                listCuts,
                isEstimated);
        }
    }

    private void EnqueueFinish(
        CudaStream stream, in SearchShape shape, SearchMemory memory, DeviceSlice<long> order)
    {
        TopKInput input = new(
            memory.Words, memory.Counts, memory.LastCuts, memory.Twice, memory.Segments, order)
        {
            Groups = memory.Groups,
        };
        TopKOutput output = new(memory.Hits, memory.HitCounts, memory.Status);
        _finish.Launch(stream, input, shape.Hits, memory.Scratch, output);
    }
}
