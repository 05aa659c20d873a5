using Linr.Engine.Requests;
using Linr.Index.Live;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>
/// The search path under <see cref="Retriever"/>: query vectors in, rows and scores out. One caller at a time; reuse
/// it, for a search of a size that it has seen allocates no managed memory. Of items that change it searches what they are
/// when a batch begins; the rows of its hits have these items until the next one does.
/// </summary>
public sealed class RowSearcher : IDisposable
{
    private readonly TableScan _table;
    private readonly BackendRequest _search;
    private readonly ScanRequest _request;
    private readonly ScanSegment[] _segments;
    private readonly string[] _names;
    private readonly int[] _segmentStarts;
    private readonly ScoreSource _source;
    private readonly CodeKeep _keep = new() { Codes = 0 };
    private float[] _codeQueries = [];
    private long[] _keepLeast = [];
    private float[] _queries = [];
    private float[] _weights = [];
    private float[] _scoreMin = [];
    private RowFilter?[] _filters = [];
    private ReadOnlyMemory<uint>[] _candidates = [];
    private ISearchBackend? _backend;
    private TableView? _view;

    /// <summary>A searcher, which owns its backend.</summary>
    /// <param name="table">What it searches.</param>
    /// <param name="backend">What searches; null: it is lent one.</param>
    /// <param name="embeddings">The embeddings that are scored.</param>
    /// <param name="source">
    /// What is scanned. Codes are of one embedding: queries are <see cref="Kernels.SignOporp.EncodeQuery"/>'s, and
    /// weights are not used. Copies are of the embeddings that have one, and rows of the others.
    /// </param>
    internal RowSearcher(
        TableScan table,
        ISearchBackend? backend,
        IReadOnlyList<string> embeddings,
        ScoreSource source = ScoreSource.Rows)
    {
        _source = source;
        _table = table;
        _backend = backend;
        _names = [.. embeddings];
        _segments = [.. embeddings.Select(name => table.Segment(name, source))];
        _segmentStarts = new int[_segments.Length];
        _search = new BackendRequest([.. embeddings.Select(table.EmbeddingNumber)], source);
        _request = _search.Scan;
        _request.Segments = _segments;
        _request.Order = table.Table.Order;
    }

    /// <summary>The items that change, whose state it takes itself; null of others, and where it is told.</summary>
    internal LiveTable? Live { get; init; }

    /// <summary>What the last search did on the processor; nothing, if a device did it.</summary>
    public ScanCounters Counters => Backend.Counters;

    /// <summary>What did the last search, such as <c>cpu avx2</c> or <c>cuda NVIDIA H200</c>.</summary>
    public string Engine => Backend.Engine;

    /// <summary>Whether the next search times its stages.</summary>
    internal bool IsTimed
    {
        set => _search.IsTimed = value;
    }

    private ISearchBackend Backend => _backend ?? throw new ObjectDisposedException(nameof(RowSearcher));

    /// <summary>Starts a batch: every weight is 1, nothing is filtered, any score will do.</summary>
    /// <param name="queryCount">Queries of the batch, 1 to <see cref="Limits.QueriesMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch is empty or too large.</exception>
    public void Begin(int queryCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queryCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(queryCount, Limits.QueriesMax);
        int floats = 0;
        for (int segment = 0; segment < _segments.Length; segment++)
        {
            _segmentStarts[segment] = floats;
            floats += queryCount * _segments[segment].Dim;
        }

        Grow(ref _queries, floats);
        Grow(ref _weights, queryCount * _segments.Length);
        Grow(ref _scoreMin, queryCount);
        Grow(ref _filters, queryCount);
        _weights.AsSpan().Fill(1);
        _scoreMin.AsSpan().Fill(float.NegativeInfinity);
        Array.Clear(_filters);
        _request.QueryCount = queryCount;
        _request.RowCount = _table.Table.Rows;
        _request.Queries = _queries.AsMemory(0, floats);
        _request.Weights = _source == ScoreSource.Codes ? default : _weights.AsMemory(0, queryCount * _segments.Length);
        _request.ScoreMin = _scoreMin.AsMemory(0, queryCount);
        _request.Filters = _filters.AsMemory(0, queryCount);
        _request.Candidates = default;
        _request.Groups = default;
        _search.IsTimed = false;
        _search.View = null;
        if (Live is not null)
        {
            End();
            _view = Live.Read();
            SetView(_view);
        }
    }

    /// <summary>Searches what a live table is, in the batch that was begun.</summary>
    internal void SetView(TableView? view)
    {
        if (view is null)
        {
            return;
        }

        for (int segment = 0; segment < _segments.Length; segment++)
        {
            _segments[segment] = _table.Segment(_names[segment], _source);
        }

        _request.RowCount = view.Rows;
        _request.LiveMasks = view.LiveMasks;
        _search.View = view;
    }

    /// <summary>Where to write a query's vector for an embedding, [D]; finite values only.</summary>
    public Span<float> Query(int query, int embedding = 0)
    {
        int dim = _segments[embedding].Dim;
        return _queries.AsSpan(_segmentStarts[embedding] + (query * dim), dim);
    }

    /// <summary>What an embedding's score is multiplied by before the scores are added.</summary>
    public void SetWeight(int query, int embedding, float weight)
        => _weights[(query * _segments.Length) + embedding] = weight;

    /// <summary>Which rows a query may return; queries that share the object share its evaluation.</summary>
    public void SetFilter(int query, RowFilter? filter) => _filters[query] = filter;

    /// <summary>Whether <see cref="SetCandidates"/> may be called.</summary>
    internal bool TakesCandidates => Backend.TakesCandidates;

    /// <summary>The only rows that a query may return, live ones and none twice; instead of filters, and for all queries.</summary>
    internal void SetCandidates(int query, ReadOnlyMemory<uint> rows)
    {
        Grow(ref _candidates, _request.QueryCount);
        _candidates[query] = rows;
        _request.Candidates = _candidates.AsMemory(0, _request.QueryCount);
        _request.Filters = default;
        _request.LiveMasks = default;
    }

    /// <summary>The lowest score that a hit of a query may have.</summary>
    public void SetScoreMin(int query, float scoreMin) => _scoreMin[query] = scoreMin;

    /// <summary>Keeps at most <paramref name="cap"/> hits a value of a single-valued keyword attribute.</summary>
    public void SetGroups(string attribute, int cap)
    {
        _request.Groups = _table.Groups(attribute);
        _request.GroupCap = cap;
    }

    /// <summary>Whether <see cref="TrySearchKept"/> is worth a try.</summary>
    internal bool CanKeep => Backend.CanKeep;

    /// <summary>
    /// Finds the <paramref name="k"/> best rows of each query, of those that codes choose, in one search; false, and
    /// nothing was done, where it takes two.
    /// </summary>
    /// <param name="k">Rows wanted.</param>
    /// <param name="coder">Makes the codes of the one embedding.</param>
    /// <param name="approximation">How many are chosen, and how.</param>
    /// <param name="leastOf">[query]: as many are chosen at least.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    internal bool TrySearchKept(
        int k, SignOporp coder, Approximation approximation, Func<int, int> leastOf, CancellationToken cancellation)
    {
        int queryCount = _request.QueryCount;
        Grow(ref _codeQueries, queryCount * coder.Bits);
        Grow(ref _keepLeast, queryCount);
        for (int query = 0; query < queryCount; query++)
        {
            coder.EncodeQuery(
                Query(query), approximation.IsAsymmetric, _codeQueries.AsSpan(query * coder.Bits, coder.Bits));
            _keepLeast[query] = leastOf(query);
        }

        _keep.Queries = _codeQueries.AsMemory(0, queryCount * coder.Bits);
        _keep.Least = _keepLeast.AsMemory(0, queryCount);
        _keep.Share = approximation.KeepShare ?? Approximation.UsualKeepShare;
        _keep.Count = approximation.KeepCount ?? 0;
        _request.K = k;
        _search.Keep = _keep;
        try
        {
            return Backend.TryKeep(_search, cancellation);
        }
        finally
        {
            _search.Keep = null;
        }
    }

    /// <summary>
    /// Finds the <paramref name="k"/> best rows of each query by a learned similarity; false, and nothing was done,
    /// where the processor has to.
    /// </summary>
    /// <param name="k">Rows wanted.</param>
    /// <param name="learned">What scores, and which rows.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    internal bool TrySearchLearned(int k, LearnedSearch learned, CancellationToken cancellation)
    {
        _request.K = k;
        _search.Learned = learned;
        try
        {
            return Backend.TryLearned(_search, cancellation);
        }
        finally
        {
            _search.Learned = null;
        }
    }

    /// <summary>How many rows a first stage found in the last search by a learned similarity.</summary>
    internal long RowsFound(int query) => Backend.RowsFound(query);

    /// <summary>How many of the rows that passed codes chose in the last search.</summary>
    internal long RowsKept(int query) => Backend.RowsKept(query);

    /// <summary>Finds the <paramref name="k"/> best rows of each query.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public void Search(int k, CancellationToken cancellation = default)
    {
        _request.K = k;
        Backend.Search(_search, cancellation);
    }

    /// <summary>The hits of a query, best first; valid until the next search.</summary>
    public ReadOnlySpan<ScanHit> Hits(int query) => Backend.Hits(query);

    /// <summary>
    /// Ends a batch whose hits have been read: rows of items that change may have others from now on.
    /// </summary>
    internal void End()
    {
        _view?.Dispose();
        _view = null;
    }

    /// <summary>How many rows passed the filter of a query.</summary>
    public long RowsPassed(int query) => Backend.RowsPassed(query);

    /// <inheritdoc/>
    public void Dispose()
    {
        TakeBackend()?.Dispose();
        Interlocked.Exchange(ref _view, null)?.Dispose();
    }

    /// <summary>Lends it a backend until <see cref="TakeBackend"/>.</summary>
    internal void GiveBackend(ISearchBackend backend) => _backend = backend;

    /// <summary>Takes the backend away.</summary>
    internal ISearchBackend? TakeBackend() => Interlocked.Exchange(ref _backend, null);

    /// <summary>Adds the stages of the last search.</summary>
    internal void Explain(StageClock clock, int queryCount) => Backend.Explain(clock, queryCount);

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }
    }
}
