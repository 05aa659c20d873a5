using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>Writes what a pass needs into pinned memory; allocates nothing.</summary>
internal readonly ref struct SearchUpload(DeviceSearchRequest request, SearchShape shape, SearchMemory memory)
{
    /// <summary>The filter of a query that has none.</summary>
    private const uint NoFilter = uint.MaxValue;

    private CudaTable Source => request.Table;

    /// <summary>Writes all of it.</summary>
    /// <param name="firstQuery">The pass's first query.</param>
    /// <param name="queryCount">Its queries.</param>
    /// <param name="planOf">[query of the pass] its plan, or -1.</param>
    /// <param name="planCount">Plans.</param>
    /// <exception cref="ArgumentException">Scores could be too large for floats.</exception>
    public void Write(int firstQuery, int queryCount, ReadOnlySpan<int> planOf, int planCount)
    {
        WriteTable();
        WriteBatches(queryCount, shape.SampleTiles > 0);
        if (shape.Learned is not null)
        {
            new LearnedUpload(request, shape, memory).Write(firstQuery, queryCount);
        }

        if (shape.IsLearnedScan)
        {
            // Its queries are not an embedding's.
        }
        else if (shape.Terms > 0)
        {
            new SumUpload(request, shape, memory).Write(firstQuery, queryCount);
        }
        else
        {
            WriteQueries(request.Queries.Span.Slice(firstQuery * shape.Dim, queryCount * shape.Dim));
        }

        WriteTwice(queryCount);
        Span<float> lowest = memory.Writes(memory.Lowest);
        lowest.Fill(shape.IsLearnedScan ? float.MinValue : float.NegativeInfinity);
        if (!request.ScoreMin.IsEmpty && !request.HasFirstStage)
        {
            request.ScoreMin.Span.Slice(firstQuery, queryCount).CopyTo(lowest);
        }

        Span<uint> filters = memory.Writes(memory.Filters);
        for (int q = 0; q < queryCount; q++)
        {
            filters[q] = shape.Keeps ? (uint)q : planOf[q] < 0 ? NoFilter : (uint)planOf[q];
        }

        if (shape.Keeps)
        {
            WriteChoices(request.Keep!, firstQuery, queryCount, planOf);
        }

        memory.Writes(memory.DenseCuts).Clear();
        memory.Writes(memory.ListCuts).Clear();
        memory.Writes(memory.Head)[0] = new DeviceSearchHead
        {
            QueryCount = (uint)queryCount,
            PlanCount = (uint)(shape.Keeps ? queryCount : planCount),
            K = (uint)K,
            SampleRows = (uint)shape.SampleRows,
            SampleUsual = (uint)shape.SampleUsual,
            RowCount = Source.RowCount,
            ListRowsMax = (uint)SearchShape.ListRowsMax(Source.RowCount),
            EndRow = Source.RowCount,
            DirectMax = (uint)shape.DirectRows,
        };
    }

    private CudaGroups Groups => shape.HasGroups
        ? new CudaGroups(Source.Columns[request.GroupColumn!.Value], request.GroupCap)
        : default;

    private int K => (int)Math.Min((uint)request.ScanK, Source.RowCount);

    private void WriteTable()
    {
        CudaEmbedding embedding = request.EmbeddingAt(0);
        CudaScanTable table = new(
            embedding.Metric,
            embedding.Rows,
            embedding.RowBytes,
            embedding.Dim,
            embedding.Norms,
            Source.RowCount,
            FusedScanCuda.Map(Source.Context, embedding.Element, embedding.Rows, embedding.RowBytes),
            embedding.Scales,
            embedding.ScaleMax);
        memory.Writes(memory.Table)[0] = table;
        memory.Writes(memory.DenseTable)[0] = table;
        memory.Writes(memory.FilterTable)[0] = new CudaFilterTable(Source.RowCount, Source.Live, memory.Columns);
        Source.Columns.AsSpan().CopyTo(memory.Writes(memory.Columns));
        if (shape.HasGroups)
        {
            memory.Writes(memory.Groups)[0] = Groups;
        }
    }

    /// <summary>What each launch works on; by estimate where a shape has tiles to estimate from, or not.</summary>
    public void WriteBatches(int queryCount, bool isEstimated)
    {
        Span<CudaScanBatch> batches = memory.Writes(memory.Batches);
        CudaScanBatch whole = Batch(0, shape.Queries, queryCount);
        whole.Sample = memory.Sample;
        batches[0] = whole;
        int at = 1;
        for (int first = 0; first < shape.Queries; first += shape.QueriesPerLaunch)
        {
            int room = Math.Min(shape.QueriesPerLaunch, shape.Queries - first);
            CudaScanBatch dense = Batch(first, room, Math.Clamp(queryCount - first, 0, room));
            CudaScanBatch listed = dense;
            DeviceSlice<uint> cuts = (shape.IsFiltered ? memory.DenseCuts : memory.Cuts).Slice(first, room);
            dense.Cuts = shape.HasGroups ? cuts : memory.DenseCuts.Slice(first, room);
            listed.Cuts = memory.ListCuts.Slice(first, room);
            listed.List = memory.List;
            listed.ListCount = memory.ListCount;
            CudaScanBatch denseSample = dense;
            CudaScanBatch listedSample = listed;
            denseSample.Sample = listedSample.Sample =
                memory.Sample.Slice((long)first * shape.SampleRows, (long)room * shape.SampleRows);
            CudaScanBatch tiles = dense;
            tiles.Sample = memory.TileBests.Slice((long)first * shape.SampleTiles, (long)room * shape.SampleTiles);
            tiles.SampleRows = tiles.SampleStride = shape.SampleTiles;
            dense.Cuts = cuts;
            dense.IsEstimated = isEstimated;
            batches[at++] = denseSample;
            batches[at++] = listedSample;
            batches[at++] = dense;
            batches[at++] = listed;
            batches[at++] = tiles;
        }
    }

    private void WriteChoices(CodeKeep keep, int firstQuery, int queryCount, ReadOnlySpan<int> planOf)
    {
        CudaEmbedding codes = Source.Embeddings[keep.Codes];
        memory.Writes(memory.Codes)[0] = new CudaScanTable(
            codes.Metric, codes.Rows, codes.RowBytes, codes.Dim, default, Source.RowCount, default);
        ReadOnlySpan<float> queries = keep.Queries.Span.Slice(firstQuery * codes.Dim, queryCount * codes.Dim);
        PackedQueries.PackCodes(queries, codes.Dim, shape.CodeQueryBytes, memory.Writes(memory.CodeQueries));
        Span<CudaCodeChoice> choices = memory.Writes(memory.Choices);
        for (int q = 0; q < choices.Length; q++)
        {
            // Where there is no query, all rows of none pass: nothing is done.
            int plan = q < queryCount ? planOf[q] : -1;
            choices[q] = new CudaCodeChoice
            {
                Query = memory.CodeQueries.Slice((long)q * shape.CodeQueryBytes, shape.CodeQueryBytes),
                Mask = plan < 0 ? default : memory.PlanMasks.Slice(plan * shape.MaskWords, shape.MaskWords),
                Passed = plan < 0 ? default : memory.PlanPassed.Slice(plan, 1),
                Kept = memory.Masks.Slice(q * shape.MaskWords, shape.MaskWords),
                Count = memory.Passed.Slice(q, 1),
                Order = Source.Order,
                Share = keep.Share,
                Wanted = keep.Count,
                Least = keep.Least.IsEmpty || q >= queryCount ? 0 : keep.Least.Span[firstQuery + q],
                IsUsed = q < queryCount,
            };
        }
    }

    private CudaScanBatch Batch(int first, int room, int queryCount) => new()
    {
        Queries = memory.Packed.Slice((long)first * shape.QueryBytes, (long)room * shape.QueryBytes),
        Originals = memory.Originals.Slice((long)first * shape.Dim, (long)room * shape.Dim),
        Errors = memory.Errors.Slice(first, room),
        Offsets = memory.Offsets.Slice(first, room),
        Factors = memory.Factors.Slice(first, room),
        Cuts = memory.Cuts.Slice(first, room),
        Counts = memory.Counts.Slice(first, room),
        Words = memory.Words.Slice((long)first * shape.Survivors, (long)room * shape.Survivors),
        Levels = memory.Levels.Slice((long)first * FusedScan.LevelStride, (long)room * FusedScan.LevelStride),
        LevelBases = memory.LevelBases.Slice(first, room),
        LevelShifts = memory.LevelShifts.Slice(first, room),
        Masks = memory.Masks,
        Filters = memory.Filters.Slice(first, room),
        MaskWords = shape.MaskWords,
        QueryCount = queryCount,
        QueryBytes = shape.QueryBytes,
        Capacity = shape.Survivors,
        K = K,
        SampleRows = shape.SampleRows,
        Groups = Groups,
        Slots = memory.Slots.Slice((long)first * shape.GroupSlots, (long)room * shape.GroupSlots),
        SlotCount = shape.GroupSlots,
        SampleStride = shape.SampleRows,
        SampleParts = shape.SampleParts,
    };

    private void WriteQueries(ReadOnlySpan<float> queries)
    {
        CudaEmbedding embedding = request.EmbeddingAt(0);
        new PackedQueries
        {
            Bytes = memory.Writes(memory.Packed),
            Factors = memory.Writes(memory.Factors),
            Offsets = memory.Writes(memory.Offsets),
            Errors = memory.Writes(memory.Errors),
        }.Pack(queries, embedding.Dim, embedding.Element, embedding.Metric, embedding.NormMax, !embedding.Norms.IsEmpty);
        queries.CopyTo(memory.Writes(memory.Originals));
        Span<double> squaredNorms = memory.Writes(memory.SquaredNorms);
        for (int q = 0; q < queries.Length / shape.Dim; q++)
        {
            ReadOnlySpan<float> query = queries.Slice(q * shape.Dim, shape.Dim);
            squaredNorms[q] = CanonicalScore.Dot(query, query);
        }

        memory.Writes(memory.Segments)[0] = new CudaScoreSegment(
            embedding.Metric,
            embedding.Element,
            embedding.Dim,
            embedding.Rows.Slice(0, Source.RowCount * embedding.RowBytes),
            embedding.RowBytes,
            memory.Originals,
            embedding.Metric == Scan.ScanMetric.Cosine ? memory.SquaredNorms : default,
            default,
            embedding.Scales);
    }

    private void WriteTwice(int queryCount)
    {
        Span<float> errors = memory.Writes(memory.Errors);
        Span<float> twice = memory.Writes(memory.Twice);
        for (int q = 0; q < queryCount; q++)
        {
            twice[q] = MathF.BitIncrement(2 * errors[q]);
            memory.Writes(memory.PartErrors).Slice(q * shape.SampleParts, shape.SampleParts).Fill(errors[q]);
            if (!(2 * errors[q] < float.MaxValue))
            {
                throw new ArgumentException(
                    "Expected finite queries, weights and norms whose scores fit floats, found larger ones.");
            }
        }
    }
}
