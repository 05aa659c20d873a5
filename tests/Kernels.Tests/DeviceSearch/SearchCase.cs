using Linr.Cuda;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>One table on the host and on the device, and searches of both that must give the same bits.</summary>
internal sealed unsafe class SearchCase : IDisposable
{
    private readonly TestTable _host;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly List<CudaOwner> _owners = [];
    private readonly ReadOnlyMemory<nint> _live;
    private readonly RowOrder _order;
    private ReadOnlyMemory<ColumnBlock> _groups;

    public SearchCase(
        CudaContext context,
        CudaStream stream,
        int rowCount,
        int dim,
        CudaElement element,
        ScanMetric metric,
        Action<long, Span<float>> fill,
        Func<long, bool>? isLive = null,
        long[]? order = null,
        bool withNorms = true)
    {
        (_context, _stream) = (context, stream);
        _host = new TestTable(rowCount).Add(
            dim,
            OnHost(element),
            metric,
            fill,
            withNorms);
        _order = order is null ? RowOrder.ByRow : new ByNumber(order);
        Table = new CudaTable
        {
            Context = context,
            RowCount = (uint)rowCount,
            Embeddings = [Copy(_host.Segments.Span[0], element)],
            Order = order is null ? default : new CudaRowOrder(Put(order), order.Min(), order.Max()),
        };
        if (isLive is not null)
        {
            _live = _host.Masks(isLive);
            ulong[] words = new ulong[(rowCount + 63) / 64];
            for (int row = 0; row < rowCount; row++)
            {
                words[row / 64] |= (isLive(row) ? 1UL : 0) << (row % 64);
            }

            Table = Table with { Live = Put(words) };
        }
    }

    public CudaTable Table { get; private set; }

    public int RowCount => (int)_host.RowCount;

    /// <summary>Adds an embedding of all rows.</summary>
    public void AddEmbedding(
        int dim, CudaElement element, ScanMetric metric, Action<long, Span<float>> fill, bool withNorms = true)
    {
        _host.Add(
            dim,
            OnHost(element),
            metric,
            fill,
            withNorms);
        Table = Table with { Embeddings = Table.Embeddings.Add(Copy(_host.Segments.Span[^1], element)) };
    }

    /// <summary>Adds a column of codes of two bytes; groups of requests on the host are its.</summary>
    public void AddCodes(Func<long, uint> codeOf)
    {
        _groups = _host.Codes(ColumnElement.Code16, codeOf);
        byte[] codes = TopKCase.Codes(row => row < RowCount ? codeOf(row) : 0, (RowCount + 63) / 64 * 64, 2);
        Table = Table with
        {
            Columns = [CudaFilterColumn.SingleValued(ColumnElement.Code16, Put(codes), default)],
        };
    }

    /// <summary>A filter that passes listed rows.</summary>
    public DeviceFilter Rows(Func<long, bool> passes)
    {
        FilterPlan plan = new();
        uint[] rows = [.. Enumerable.Range(0, RowCount).Where(row => passes(row)).Select(row => (uint)row)];
        plan.Complete(plan.AppendRows(rows, _host.BlockCount, FilterPlan.Pass, FilterPlan.Fail));
        return new DeviceFilter(plan);
    }

    public DeviceSearchRequest Request(int queryCount, int k, Action<int, Span<float>> fill)
        => new()
        {
            Table = Table,
            QueryCount = queryCount,
            Queries = _host.Request(queryCount, k, fill).Queries,
            K = k,
        };

    /// <summary>Queries for an embedding of so many elements, one after the other.</summary>
    public static float[] Vectors(int queryCount, int dim)
    {
        float[] vectors = new float[queryCount * dim];
        for (int query = 0; query < queryCount; query++)
        {
            RandomRows.Queries(5)(query, vectors.AsSpan(query * dim, dim));
        }

        return vectors;
    }

    /// <summary>Searches on both and compares hits bit by bit, and rows passed.</summary>
    public void Check(DeviceSearch search, DeviceSearchWorkspace workspace, DeviceSearchRequest request)
    {
        // Filters share their clauses as in a large table.
        workspace.Plans.SharedRowsMin = 1L << 40;
        search.Search(request, workspace, TestContext.Current.CancellationToken);
        using ScanWorkspace expected = new();
        Expect(request, expected);
        for (int query = 0; query < request.QueryCount; query++)
        {
            ScanAssert.SameBits(expected.Hits(query), workspace.Hits(query));
            Assert.Equal(expected.RowsPassed(query), workspace.RowsPassed(query));
        }
    }

    /// <summary>
    /// The same where codes choose the rows: on the host a search of codes, then one of what it found.
    /// </summary>
    public void CheckKept(DeviceSearch search, DeviceSearchWorkspace workspace, DeviceSearchRequest request)
    {
        search.Search(request, workspace, TestContext.Current.CancellationToken);
        CodeKeep keep = request.Keep!;
        int bits = request.Table.Embeddings[keep.Codes].Dim;
        int dim = request.Table.Embeddings[request.Embedding].Dim;
        using ScanWorkspace expected = new();
        for (int query = 0; query < request.QueryCount; query++)
        {
            DeviceSearchRequest one = new()
            {
                Table = request.Table,
                Embedding = keep.Codes,
                QueryCount = 1,
                Queries = keep.Queries.Slice(query * bits, bits),
                Filters = new[] { request.FilterOf(query) },
                K = RowCount,
            };
            Expect(one, expected);
            long passed = expected.RowsPassed(0);
            long kept = CodeSelect.Wanted(keep.Share, keep.Count, keep.Least.IsEmpty ? 0 : keep.Least.Span[query], passed);
            HashSet<uint> rows = [.. expected.Hits(0)[..(int)kept].ToArray().Select(hit => hit.Row)];
            one.Embedding = request.Embedding;
            one.Queries = request.Queries.Slice(query * dim, dim);
            one.Filters = new[] { Rows(row => rows.Contains((uint)row)) };
            one.K = request.K;
            one.ScoreMin = request.ScoreMin.IsEmpty ? default : request.ScoreMin.Slice(query, 1);
            one.GroupColumn = request.GroupColumn;
            one.GroupCap = request.GroupCap;
            Expect(one, expected);
            ScanAssert.SameBits(expected.Hits(0), workspace.Hits(query));
            Assert.Equal((passed, kept), (workspace.RowsPassed(query), workspace.RowsKept(query)));
        }
    }

    /// <summary>The same by a learned similarity, of every row that passes or of a first stage's.</summary>
    public void CheckLearned(DeviceSearch search, DeviceSearchWorkspace workspace, DeviceSearchRequest request)
    {
        workspace.Plans.SharedRowsMin = 1L << 40;
        search.Search(request, workspace, TestContext.Current.CancellationToken);
        LearnedRequest learned = request.Learned!;
        ScanRequest twin = Twin(request);
        using ScanWorkspace first = new();
        if (learned.FirstStage > 0)
        {
            ScanRequest stage = Twin(request);
            (stage.K, stage.ScoreMin, stage.Groups) = (request.ScanK, default, default);
            FilteredTopK.Search(stage, first, null, TestContext.Current.CancellationToken);
            twin.Filters = default;
            twin.Candidates = Enumerable.Range(0, request.QueryCount).Select(query => new ReadOnlyMemory<uint>(
                [.. first.Hits(query).ToArray().Select(hit => hit.Row)])).ToArray();
        }

        twin.Segments = learned.Halves.ToArray().Select(half => _host.Segments.Span[half]).ToArray();
        twin.Queries = learned.Queries;
        using SimilarityWorkspace expected = new();
        Linr.Kernels.SimilarityScan.Search(
            learned.Similarity.Similarity, twin, expected, null, TestContext.Current.CancellationToken);
        for (int query = 0; query < request.QueryCount; query++)
        {
            ScanAssert.SameBits(expected.Hits(query), workspace.Hits(query));
            Assert.Equal(
                learned.FirstStage > 0 ? first.RowsPassed(query) : expected.RowsPassed(query),
                workspace.RowsPassed(query));
            Assert.Equal(learned.FirstStage > 0 ? first.Hits(query).Length : 0, workspace.RowsFound(query));
        }
    }

    private void Expect(DeviceSearchRequest request, ScanWorkspace expected)
        => FilteredTopK.Search(Twin(request), expected, null, TestContext.Current.CancellationToken);

    /// <summary>The request as the processor takes it.</summary>
    private ScanRequest Twin(DeviceSearchRequest request)
    {
        Dictionary<DeviceFilter, RowFilter> filters = [];
        foreach (DeviceFilter? filter in request.Filters.Span)
        {
            if (filter is not null)
            {
                filters[filter] = new PlanFilter(filter.Plan);
            }
        }

        return new ScanRequest
        {
            Segments = request.Embeddings.IsEmpty
                ? _host.Segments.Slice(request.Embedding, 1)
                : request.Embeddings.ToArray().Select(embedding => _host.Segments.Span[embedding]).ToArray(),
            Weights = request.Weights,
            RowCount = request.Table.RowCount,
            QueryCount = request.QueryCount,
            Queries = request.Queries,
            K = request.K,
            ScoreMin = request.ScoreMin,
            LiveMasks = _live,
            Order = _order,
            Groups = request.GroupColumn is null ? default : _groups,
            GroupCap = request.GroupCap,
            Filters = request.Filters.ToArray().Select(one => one is null ? null : filters[one]).ToArray(),
        };
    }

    public DeviceSlice<T> Put<T>(T[] values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = new(_context, values.Length, "of a search's table");
        _owners.Add(buffer);
        _stream.Upload<T>(values, buffer.Slice());
        return buffer.Slice();
    }

    public void Dispose()
    {
        _owners.ForEach(owner => owner.Dispose());
        _host.Dispose();
    }

    private static RowElement OnHost(CudaElement element) => element switch
    {
        CudaElement.Float32 => RowElement.Float32,
        CudaElement.Float16 => RowElement.Float16,
        CudaElement.SignCode => RowElement.SignCode,
        CudaElement.Int8 => RowElement.Int8,
        _ => RowElement.BFloat16,
    };

    private CudaEmbedding Copy(ScanSegment segment, CudaElement element)
    {
        int rowBytes = CudaEmbedding.RowBytesOf(segment.Dim, element);
        byte[] bytes = new byte[rowBytes * FusedScan.RoomFor(RowCount)];
        float[] norms = new float[RowCount];
        Half[] scales = new Half[FusedScan.RoomFor(RowCount)];
        float[] values = new float[segment.Dim];
        float normMax = segment.Metric == ScanMetric.Cosine ? 1 : 0;
        if (element == CudaElement.SignCode)
        {
            for (int row = 0; row < RowCount; row++)
            {
                nint first = segment.Blocks.Span[row / ScanSegment.BlockRows].Rows;
                new Span<byte>((byte*)first + (row % ScanSegment.BlockRows * rowBytes), rowBytes).CopyTo(
                    bytes.AsSpan(row * rowBytes));
            }

            return new CudaEmbedding(element, segment.Metric, segment.Dim, Put(bytes), default, NormMax: 0);
        }

        for (int row = 0; row < RowCount; row++)
        {
            RowBlock block = segment.Blocks.Span[row / ScanSegment.BlockRows];
            long start = (long)(row % ScanSegment.BlockRows) * segment.Dim;
            for (int d = 0; d < segment.Dim; d++)
            {
                values[d] = segment.Element switch
                {
                    RowElement.Float32 => ((float*)block.Rows)[start + d],
                    RowElement.Float16 => (float)((Half*)block.Rows)[start + d],
                    RowElement.Int8 => 0,
                    _ => BFloats.Widen(((ushort*)block.Rows)[start + d]),
                };
            }

            if (element == CudaElement.Int8)
            {
                new Span<byte>((byte*)block.Rows + start, segment.Dim).CopyTo(bytes.AsSpan(row * rowBytes));
                scales[row] = ((Half*)block.Scales)[row % ScanSegment.BlockRows];
            }
            else
            {
                PackedQueries.Write(values, element, bytes.AsSpan(row * rowBytes, rowBytes), default);
            }

            norms[row] = block.Norms == 0 ? 0 : ((float*)block.Norms)[row % ScanSegment.BlockRows];
            normMax = segment.Metric == ScanMetric.Cosine ? 1 : Math.Max(normMax, block.NormMax);
        }

        bool hasNorms = segment.Blocks.Span[0].Norms != 0;
        return new CudaEmbedding(
            element, segment.Metric, segment.Dim, Put(bytes), hasNorms ? Put(norms) : default, normMax)
        {
            Scales = element == CudaElement.Int8 ? Put(scales) : default,
        };
    }

    private sealed class ByNumber(long[] numbers) : RowOrder
    {
        public override long Key(uint row) => numbers[row];

        public override int Compare(uint first, uint second) => numbers[first].CompareTo(numbers[second]);
    }
}
