using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Engine.Devices;
using Linr.Engine.Listing;
using Linr.Engine.Live;
using Linr.Engine.Rankers;
using Linr.Engine.Requests;
using Linr.Engine.Scan;
using Linr.Engine.Similarities;
using Linr.Index;
using Linr.Index.Device;
using Linr.Index.Live;
using Linr.Index.ModelFiles;
using Linr.Kernels.Scan;
using Linr.Layers;

namespace Linr.Engine;

/// <summary>
/// Loads a model and answers queries: every item that passes the filter is scored, and the best K are returned,
/// exactly. Safe for concurrent callers. Requests that come in one batch share one pass over the items.
/// </summary>
public sealed partial class Retriever : IDisposable
{
    private readonly IDisposable _owner;
    private readonly ChangingItems? _live;
    private readonly ScanWorkers? _workers;
    private readonly DeviceSet? _devices;
    private readonly SearcherPool _pool;
    private readonly SearcherPool _hostPool;
    private readonly QueryResolver _resolver;
    private readonly RequestRunner _runner;
    private readonly TableScan _tableScan;
    private readonly ItemListing _listing;
    private readonly RequestScope _scope;
    private readonly SimilaritySearch _similarities;
    private readonly CustomSearch _customSearch;
    private bool _isDisposed;

    private Retriever(
        ItemTable items,
        LayerList layers,
        QueryTowers? towers,
        ImmutableArray<ModelSimilarity> similarities,
        ImmutableArray<ModelRanker> rankers,
        string version,
        IDisposable owner,
        RetrieverOptions options)
    {
        Similarities = similarities;
        Rankers = rankers;
        var custom = new CustomSimilarities(
            options.Similarities, items.Schema, similarities.Select(one => one.Spec.Name));
        _live = options.Live is { } live ? new ChangingItems(items, owner as LoadedModel, layers, live, Nearest) : null;
        try
        {
            (_devices, WhyNotCuda) = OpenDevices(items, _live?.Table, towers, similarities, options);
            if (_devices is not null)
            {
                _live?.UseDevice(_devices.Shards[0].Context);
            }
        }
        catch
        {
            _live?.Dispose();
            _devices?.Dispose();
            throw;
        }

        custom.Candidates = _devices is null ? null : options.SimilarityCandidates;
        _owner = owner;
        _scope = new RequestScope(items.Schema, towers, similarities, rankers, custom);
        Table = items;
        Layers = layers;
        ModelVersion = version;
        int threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        _workers = threads > 1 ? new ScanWorkers(threads) : null;
        _tableScan = new TableScan(items);
        _listing = new ItemListing(items, _live?.Table, _workers);
        _pool = new SearcherPool(_tableScan, MakeBackend, _devices is null ? 0 : DeviceSet.LaneCount);
        _hostPool = _devices is null
            ? _pool
            : new SearcherPool(_tableScan, () => new CpuBackend(_workers), backendsMax: 0);
        _resolver = new QueryResolver(items, towers, similarities);
        _similarities = new SimilaritySearch(
            _tableScan,
            _pool,
            _workers,
            similarities,
            _devices is null ? null : new LearnedDeviceSearch(_tableScan, _pool));
        _customSearch = new CustomSearch(_tableScan, _workers, _similarities, custom);
        _runner = new RequestRunner(
            items,
            version,
            _pool,
            _hostPool,
            rowsAreOnDevice: _devices is not null && !options.Cuda.KeepsRowsOnHost,
            _similarities,
            _customSearch,
            new RankStage(items, rankers),
            threads);
        try
        {
            _live?.Replay();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What every item looks like.</summary>
    public Schema Schema => Table.Schema;

    /// <summary>The items.</summary>
    public ItemTable Table { get; }

    /// <summary>The layers of the model's towers; none for a model that was built without training.</summary>
    public LayerList Layers { get; }

    /// <summary>The model's learned similarities, which requests name.</summary>
    public ImmutableArray<ModelSimilarity> Similarities { get; }

    /// <summary>The model's rankers, which requests name.</summary>
    public ImmutableArray<ModelRanker> Rankers { get; }

    /// <summary>The version of the model, which every answer carries.</summary>
    public string ModelVersion { get; }

    /// <summary>What scans, such as <c>cpu avx2</c> or <c>cuda NVIDIA H200</c>.</summary>
    public string Engine => _devices?.Name ?? CpuBackend.Name;

    /// <summary>
    /// Why the processor scans though <see cref="EngineDevice.Auto"/> was asked for, in a sentence; null otherwise.
    /// </summary>
    public string? WhyNotCuda { get; }

    /// <summary>
    /// What is damaged in the model file: its rows are compared with their checksums while it serves. Null where nothing
    /// was found so far.
    /// </summary>
    public Exception? Damage => Model?.Verification.Exception?.InnerException;

    /// <summary>Whether requests may give a history.</summary>
    public bool HasQueryTower => _scope.Towers is not null;

    /// <summary>Opens a model file; it stays mapped until the retriever is disposed.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ModelFile.ModelFormatException">The file is no model, or is corrupted or truncated.</exception>
    /// <exception cref="LayerException">The model has layers that this version does not know.</exception>
    /// <exception cref="ArgumentException">An option is wrong, or does not fit the model.</exception>
    /// <exception cref="CudaException">A CUDA device was asked for, and there is none, or it failed.</exception>
    /// <exception cref="DeviceMemoryException">The table does not fit the CUDA device that was asked for.</exception>
    public static Retriever Open(string path, RetrieverOptions? options = null)
    {
        RetrieverOptions checkedOptions = Check(options ?? new RetrieverOptions());
        LoadedModel model = ModelReader.Open(
            path, verifyRows: true, checkedOptions.CopyRows, checkedOptions.VerifyThreads);
        try
        {
            var layers = LayerList.Parse(model.LayersJson);
            ImmutableArray<ModelSimilarity> similarities = ModelSimilarity.LoadAll(model);
            return new Retriever(
                model.Items,
                layers,
                FindQueryTowers(model, layers, checkedOptions),
                similarities,
                ModelRanker.LoadAll(model, similarities),
                model.Version,
                owner: model,
                checkedOptions);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Answers over items in memory, without towers.</summary>
    /// <param name="items">The items; the retriever owns them from now on, and disposes them where it fails.</param>
    /// <param name="version">The version that each answer carries.</param>
    /// <param name="options">How to run.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="CudaException">A CUDA device was asked for, and there is none, or it failed.</exception>
    /// <exception cref="DeviceMemoryException">The table does not fit the CUDA device that was asked for.</exception>
    public static Retriever Over(ItemTable items, string version = "", RetrieverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        try
        {
            RetrieverOptions checkedOptions = Check(options ?? new RetrieverOptions());
            return checkedOptions.QueryTower is not null
                ? throw new ArgumentException(
                    "QueryTower: expected a model file to make it for; found items.", nameof(options))
                : new Retriever(
                    items,
                    new LayerList([]),
                    towers: null,
                    similarities: [],
                    rankers: [],
                    version,
                    owner: items,
                    checkedOptions);
        }
        catch
        {
            items.Dispose();
            throw;
        }
    }

    /// <summary>Answers one request.</summary>
    /// <exception cref="ArgumentException">The request is wrong; the message lists every problem.</exception>
    /// <exception cref="Linr.Filters.FilterException">
    /// The filter or its parameters are wrong; every problem has its position.
    /// </exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public SearchResponse Search(SearchRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SearchBatch([request], cancellation)[0];
    }

    /// <summary>
    /// Answers a batch of requests, in order. Requests that score the same embeddings and group by the same attribute
    /// share one pass over the items; each may have its own filter and K.
    /// </summary>
    /// <inheritdoc cref="Search" path="/exception"/>
    public ImmutableArray<SearchResponse> SearchBatch(
        IReadOnlyList<SearchRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        using TableView? view = _live?.Table.Read();
        RequestWork[] work = Resolve(
            [.. requests.Select(request => RequestCheck.Complete(request, _scope))], view);
        _runner.Run(work, cancellation);
        return [.. work.Select(one => one.Response!)];
    }

    /// <summary>
    /// A searcher by vectors for one caller at a time, which allocates no managed memory once it is warm. Dispose it
    /// before the retriever.
    /// </summary>
    /// <param name="embeddings">Names of the embeddings to score; none given is the schema's first.</param>
    /// <exception cref="ArgumentException">The model has no such embedding.</exception>
    public RowSearcher CreateRowSearcher(params IReadOnlyList<string> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        string[] names = embeddings.Count > 0 ? [.. embeddings] : [Schema.Embeddings[0].Name];
        foreach (string name in names.Where(name => Schema.FindEmbedding(name) is null or { RowType: RowType.None }))
        {
            throw new ArgumentException(
                Schema.FindEmbedding(name) is null
                    ? $"The model has no embedding \"{name}\"."
                    : $"Expected an embedding with rows; \"{name}\" has codes alone.",
                nameof(embeddings));
        }

        return new RowSearcher(_tableScan, MakeBackend(), names) { Live = _live?.Table };
    }

    /// <summary>Whether its items change.</summary>
    internal bool IsLive => _live is not null;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        foreach (ModelRanker ranker in Rankers)
        {
            ranker.Dispose();
        }

        _similarities.Dispose();
        _customSearch.Dispose();
        foreach (ModelSimilarity similarity in Similarities)
        {
            similarity.Dispose();
        }

        _pool.Dispose();
        _hostPool.Dispose();
        _scope.Towers?.Dispose();
        _live?.Dispose();
        _devices?.Dispose();
        _workers?.Dispose();
        _owner.Dispose();
    }

    /// <summary>Checks a request, its filter aside, and turns its query into vectors.</summary>
    /// <exception cref="ArgumentException">The request is wrong; the message lists every problem.</exception>
    internal RequestWork Prepare(SearchRequest request)
    {
        using TableView? view = _live?.Table.Read();
        return Resolve([RequestCheck.Complete(request, _scope)], view)[0];
    }

    /// <summary>Answers prepared requests of one shape by one scan; one with a wrong filter fails alone.</summary>
    internal void RunShared(ScanShape shape, IReadOnlyList<RequestWork> batch, CancellationToken cancellation)
    {
        using TableView? view = _live?.Table.Read();
        if (view is not null)
        {
            // Requests were prepared one by one, each when it came: they are answered from one state, as it is now.
            foreach (RequestWork work in batch)
            {
                work.View = view;
                work.Query = _resolver.Refresh(work.Request, work.Query, view);
            }
        }

        _runner.RunShared(shape, batch, cancellation);
    }

    private static QueryTowers? FindQueryTowers(LoadedModel model, LayerList layers, RetrieverOptions options)
    {
        if (options.QueryTower?.Invoke(model) is not { } custom)
        {
            return QueryTowers.Load(model, layers);
        }

        try
        {
            return QueryTowers.Load(model, layers, new CustomQueries(custom, model.Items));
        }
        catch
        {
            custom.Dispose();
            throw;
        }
    }

    private RequestWork[] Resolve(SearchRequest[] requests, TableView? view)
    {
        var work = new RequestWork[requests.Length];
        StageClock[] clocks = [.. requests.Select(_ => new StageClock())];
        ResolvedQuery[] queries = _resolver.Resolve(requests, view);
        for (int i = 0; i < work.Length; i++)
        {
            clocks[i].End("embed", Describe(requests[i], queries[i]));
            work[i] = new RequestWork(requests[i], queries[i], clocks[i]) { View = view };
        }

        return work;
    }

    private static (DeviceSet? Devices, string? WhyNot) OpenDevices(
        ItemTable items,
        LiveTable? live,
        QueryTowers? towers,
        ImmutableArray<ModelSimilarity> similarities,
        RetrieverOptions options)
        => options.Device switch
        {
            EngineDevice.Cuda => (DeviceSet.Open(items, live, towers, options.Cuda, similarities), null),
            EngineDevice.Auto
                => (DeviceSet.TryOpen(items, live, towers, options.Cuda, out string? reason, similarities), reason),
            _ => (null, null),
        };

    private ISearchBackend MakeBackend()
    {
        var cpu = new CpuBackend(_workers);
        return _devices is null ? cpu : new DeviceBackend(_devices, Table.Order, cpu);
    }

    private static RetrieverOptions Check(RetrieverOptions options)
    {
        string[] problems = [.. options.FindProblems()];
        return problems.Length == 0
            ? options
            : throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
    }

    private string Describe(SearchRequest request, ResolvedQuery query)
    {
        ImmutableArray<EmbeddingQuery> read =
            query.SimilarityQueries.IsEmpty ? query.Embeddings : query.SimilarityQueries;
        string names = string.Join(" + ", read.Select(embedding => embedding.Name));
        return request.Embeddings.Length > 0 ? $"{names}, given"
            : request.Items.Length > 0 ? $"{names}, mean of {query.Seen.Length} items"
            : $"{names}, query {(query.SimilarityQueries.Length > 1 ? "towers" : "tower")} over {query.Seen.Length} items"
                + (_devices is null || _scope.Towers!.IsCustom ? string.Empty : " on the device");
    }
}
