using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>
/// Exact filtered top-k on a device: for each query the K rows of highest canonical score among those that are live,
/// pass its filter and reach its lowest score; score descending, then the table's order: the bits of
/// <see cref="Scan.FilteredTopK"/>. One graph launch serves a batch, and the host reads nothing in between. The loaded
/// kernels, for a context; safe for concurrent use, each with a workspace of its own.
/// After <em>LiNR: Model Based Neural Retrieval on GPUs at LinkedIn</em> (CIKM 2024), V1 and V2.
/// </summary>
public sealed class DeviceSearch : IDisposable
{
    private const long ScratchBytesUsual = 1L << 30;
    private const int PartRowsUsual = 16_384;
    private const int DirectRowsUsual = 16_384;

    private readonly SearchOps _ops;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device's context.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public DeviceSearch(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Context = context;
        _ops = new SearchOps(context);
    }

    /// <summary>The device's context.</summary>
    public CudaContext Context { get; }

    /// <summary>
    /// What survivors, masks and scratch of a pass may take in a workspace; larger batches run in several passes. One
    /// query takes what it needs.
    /// </summary>
    public long ScratchBytesMax { get; init; } = ScratchBytesUsual;

    /// <summary>Survivors of a query that lists have room for; fewer in tests of lists that are too short.</summary>
    internal long SurvivorsMax { get; init; } = long.MaxValue;

    /// <summary>
    /// Rows of a part of the sample, a power of two: what one block finds the best of in shared memory; fewer in tests.
    /// </summary>
    internal int PartRows { get; init; } = PartRowsUsual;

    /// <summary>
    /// Tiles of the usual sample for cuts by estimate, which only some devices take; fewer in tests; 0: no estimates.
    /// </summary>
    internal int SampleTiles { get; init; } = FusedScan.SampleTilesUsual;

    /// <summary>
    /// So few rows that pass a query's filter get canonical scores without a scan; fewer in tests of scans of lists.
    /// </summary>
    internal int DirectRowsMax { get; init; } = DirectRowsUsual;

    private SearchLimits Limits => new(ScratchBytesMax, SurvivorsMax, PartRows, SampleTiles, DirectRowsMax);

    /// <summary>
    /// Runs a request and waits; the answer is in <paramref name="workspace"/> until its next search.
    /// </summary>
    /// <param name="request">What to compute.</param>
    /// <param name="workspace">The memory to use; one search at a time.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    /// <exception cref="ArgumentException">The request's parts do not fit each other.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    /// <exception cref="CudaException">The device has too little memory, or failed.</exception>
    public void Search(
        DeviceSearchRequest request, DeviceSearchWorkspace workspace, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(workspace);
        request.Check();
        workspace.Begin(request);
        if (request.Table.RowCount == 0 || request.QueryCount == 0)
        {
            return;
        }

        for (int first = 0; first < request.QueryCount;)
        {
            cancellation.ThrowIfCancellationRequested();
            int left = request.QueryCount - first;
            SearchShape shape = SearchShape.Of(request, _ops, Limits, left);
            int count = Math.Min(left, shape.Queries);
            SearchPass pass = new(_ops, request, workspace, shape, first, count, cancellation);
            pass.Run();
            first += count;
        }
    }

    /// <summary>Whether the scores of embeddings can be added: their queries have to fit a multiprocessor together.</summary>
    /// <param name="table">The table; its arrays need not be there.</param>
    /// <param name="embeddings">Which of its embeddings; one can be scanned whatever its width.</param>
    public bool CanAdd(CudaTable table, ReadOnlySpan<int> embeddings)
    {
        ArgumentNullException.ThrowIfNull(table);
        int bytes = 0;
        foreach (int embedding in embeddings)
        {
            bytes += PackedQueries.BytesPerQuery(table.Embeddings[embedding].Dim, table.Embeddings[embedding].Element);
        }

        return _ops.CanAdd(bytes, embeddings.Length);
    }

    /// <summary>Why a learned similarity cannot be searched by; null where it can.</summary>
    /// <param name="table">The table; its arrays need not be there.</param>
    /// <param name="similarity">The similarity.</param>
    /// <param name="halves">Which of the table's embeddings are the items' halves.</param>
    public string? WhyNot(CudaTable table, CudaSimilarity similarity, ReadOnlySpan<int> halves)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(similarity);
        Span<CudaElement> elements = stackalloc CudaElement[halves.Length];
        for (int i = 0; i < halves.Length; i++)
        {
            elements[i] = table.Embeddings[halves[i]].Element;
        }

        return CudaSimilarity.WhyNot(similarity.Similarity, elements)
            ?? (_ops.HasRoom(similarity, table.Embeddings[halves[0]])
                ? null
                : "it does not fit a multiprocessor's memory");
    }

    /// <summary>
    /// Bytes of device memory that a workspace takes for batches of a table, filtered, grouped or neither: those of the
    /// shape that takes most. Plans and what they share take more where they are more than
    /// <see cref="SearchPlans.BytesMin"/> together.
    /// </summary>
    /// <param name="table">The table; its arrays need not be there.</param>
    /// <param name="embedding">Which of its embeddings is scored.</param>
    /// <param name="queryCount">Queries of a batch at most, each with a filter of its own.</param>
    /// <param name="k">Hits of a query at most.</param>
    /// <param name="learned">A similarity that scores instead, without a first stage; null: none.</param>
    public long ScratchBytes(
        CudaTable table, int embedding, int queryCount, int k, LearnedRequest? learned = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        long most = 0;
        for (int queries = 1; table.RowCount > 0 && queries < 2 * queryCount; queries *= 2)
        {
            foreach (bool isFiltered in (ReadOnlySpan<bool>)[false, true])
            {
                most = Math.Max(most, ScratchBytes(queries, isFiltered, hasGroups: false));
                most = Math.Max(most, ScratchBytes(queries, isFiltered, hasGroups: table.Columns.Length > 0));
            }
        }

        return most + CudaFilterPlans.DeviceBytes(SearchPlans.BytesMin);

        long ScratchBytes(int queries, bool isFiltered, bool hasGroups)
        {
            DeviceSearchRequest request = new()
            {
                Table = table,
                Embedding = embedding,
                QueryCount = queries,
                K = k,
                Learned = learned,
                Filters = new DeviceFilter?[isFiltered ? queries : 0],
                GroupColumn = hasGroups ? 0 : null,
            };
            SearchShape shape = SearchShape.Of(request, _ops, Limits, queries);
            using SearchMemory memory = new(
                shape with { Plans = isFiltered ? shape.Queries : 0 }, default, default, default);
            return memory.DeviceBytes;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ops.Dispose();
}
