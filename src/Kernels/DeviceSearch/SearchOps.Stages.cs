using Linr.Cuda;

namespace Linr.Kernels;

/// <content>The stages of a pass.</content>
internal sealed partial class SearchOps
{
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
                if (shape.IsLearnedScan)
                {
                    LearnedScan().Launch(
                        stream,
                        shape.Learned!,
                        memory.Learned.Slice(1 + launch, 1),
                        isListed ? memory.Table : memory.DenseTable,
                        batch,
                        room,
                        shape.Element,
                        shape.LearnedRowBytes);
                }
                else if (shape.Terms > 0)
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
                        shape.IsLearnedScan ? new SimilarityLayout(shape.Learned!, shape.Element).TileRows
                            : shape.Terms > 0 ? FusedScanSumCuda.TileRows(room)
                            : FusedScanCuda.TileRows(shape.Element, room),
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
            Learned = shape.IsLearnedScan ? Scores(shape, memory, memory.Originals) : null,
        };
        TopKOutput output = new(memory.Hits, memory.HitCounts, memory.Status);
        _finish.Launch(stream, input, shape.Hits, memory.Scratch, output);
        if (shape.Answers == 0)
        {
            return;
        }

        // What the first stage found stays on the device.
        LearnedScores().Survive(
            stream,
            memory.Hits,
            memory.HitCounts,
            memory.Head.Cast<uint>().Slice(DeviceSearchHead.KPlace, 1),
            memory.AnswerWords,
            memory.AnswerSurvivors);
        TopKInput found = new(
            memory.AnswerWords, memory.AnswerSurvivors, memory.AnswerLowest, memory.Twice, memory.Segments, order)
        {
            Groups = memory.AnswerGroups,
            Learned = Scores(shape, memory, memory.LearnedQueries),
        };
        output = new TopKOutput(memory.Answers, memory.AnswerCounts, memory.AnswerStatus);
        _finish.Launch(stream, found, shape.Answers, memory.AnswerScratch, output);
    }

    private LearnedScores Scores(in SearchShape shape, SearchMemory memory, DeviceSlice<float> queries)
        => new(LearnedScores(), shape.Learned!, memory.Learned.Slice(0, 1), queries);
}
