using System.Globalization;
using Linr.Cuda;
using Linr.Engine.Devices;
using Linr.Engine.Requests;
using Linr.Index.Device;
using Linr.Index.Live;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>
/// Scans on devices, a stream and memory of its own on each; what they cannot do is done on the processor, which gives
/// the same answer.
/// </summary>
internal sealed class DeviceBackend : ISearchBackend
{
    private readonly DeviceSet _devices;
    private readonly CpuBackend _cpu;
    private readonly DeviceSearchWorkspace[] _workspaces;
    private readonly DeviceSearchRequest?[] _requests;
    private readonly ShardMerge? _merge;
    private readonly ScanWorkers? _threads;
    private readonly Action<int> _searchShard;
    private readonly DeviceFilters _filters = new();
    private CancellationToken _cancellation;
    private string? _whyNot;

    /// <summary>Takes nothing of the devices before the first search.</summary>
    public DeviceBackend(DeviceSet devices, RowOrder order, CpuBackend cpu)
    {
        _devices = devices;
        _cpu = cpu;
        int shards = devices.Shards.Count;
        _workspaces = new DeviceSearchWorkspace[shards];
        _requests = new DeviceSearchRequest[shards];
        _searchShard = SearchShard;
        _merge = shards > 1 ? new ShardMerge(
            [.. devices.Shards.Select(shard => shard.Layout.Shard.FirstRow)], order) : null;
        _threads = shards > 1 ? new ScanWorkers(shards) : null;
    }

    /// <inheritdoc/>
    public string Engine => _whyNot is null ? _devices.Name : $"{_cpu.Engine}, not cuda: {_whyNot}";

    /// <inheritdoc/>
    public ScanCounters Counters => _whyNot is null ? default : _cpu.Counters;

    /// <inheritdoc/>
    /// <remarks>What the shards of several devices keep together, none of them knows.</remarks>
    public bool CanKeep => _merge is null;

    /// <inheritdoc/>
    public bool TryKeep(BackendRequest request, CancellationToken cancellation)
        => CanKeep && TrySearch(request, cancellation);

    /// <inheritdoc/>
    public bool TryLearned(BackendRequest request, CancellationToken cancellation) => TrySearch(request, cancellation);

    /// <inheritdoc/>
    public long RowsFound(int query) => _workspaces[0].RowsFound(query);

    /// <inheritdoc/>
    public void Search(BackendRequest request, CancellationToken cancellation)
    {
        if (!TrySearch(request, cancellation))
        {
            _cpu.Search(request, cancellation);
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<ScanHit> Hits(int query)
        => _whyNot is not null ? _cpu.Hits(query) : _merge is null ? _workspaces[0].Hits(query) : _merge.Hits(query);

    /// <inheritdoc/>
    public long RowsPassed(int query)
    {
        if (_whyNot is not null)
        {
            return _cpu.RowsPassed(query);
        }

        long passed = 0;
        foreach (DeviceSearchWorkspace workspace in _workspaces)
        {
            passed += workspace.RowsPassed(query);
        }

        return passed;
    }

    /// <inheritdoc/>
    public long RowsKept(int query) => _workspaces[0].RowsKept(query);

    /// <inheritdoc/>
    public void Explain(StageClock clock, int queryCount)
    {
        if (_whyNot is not null)
        {
            _cpu.Explain(clock, queryCount);
            return;
        }

        DeviceSearchCounters[] counters = [.. _workspaces.Select(workspace => workspace.Counters)];
        ExplainedStage[] stages =
        [
            Stage("filter", times => times.UploadMs + times.FilterMs, string.Create(
                CultureInfo.InvariantCulture,
                $"on the device; {counters.Sum(one => one.RowsListed)} rows listed for "
                + $"{counters.Max(one => one.ListedQueries)} queries")),
            Stage("seed", times => times.SeedMs, "on the device; first cuts from a sample"),
            Stage("scan", times => times.ScanMs, string.Create(
                CultureInfo.InvariantCulture,
                $"on the device; batch of {queryCount}, {counters.Max(one => one.Passes)} passes; "
                + $"{counters.Sum(one => one.Survivors)} survivors")
                + (counters.Sum(one => one.RowsGated) is > 0 and long gated
                    ? string.Create(CultureInfo.InvariantCulture, $"; gates of {gated} rows estimated")
                    : string.Empty)
                + (counters.Sum(one => one.RowsScored) is > 0 and long scored
                    ? string.Create(CultureInfo.InvariantCulture, $"; whole logits of {scored} rows")
                    : string.Empty)),
            Stage("finish", times => times.FinishMs + times.DownloadMs, "on the device; survivors rescored and ordered"),
        ];
        clock.EndScan("wait", "for the device, besides its stages", stages);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _threads?.Dispose();
        foreach (DeviceSearchWorkspace? workspace in _workspaces)
        {
            workspace?.Dispose();
        }

        _cpu.Dispose();
    }

    /// <summary>What the devices cannot do of a request; null where they can.</summary>
    private string? WhyNot(BackendRequest request)
    {
        DeviceShard shard = _devices.Shards[0];
        if (request.Learned is { } learned && WhyNotLearned(learned, shard) is { } reason)
        {
            return reason;
        }

        if ((FindMissing(request, shard.Layout) ?? WhyNot(request.View)) is { } missing)
        {
            return missing;
        }

        Number(request, shard.Layout);
        return request.Learned is not { FirstStage: 0 } && IsSum(request)
            && !shard.Search.CanAdd(shard.ArraysOf(request.View), request.DeviceNumbers.Span)
                ? "embeddings are too wide to be added"
            : !_filters.TryBind(request.Scan.Filters.Span, shard.Numbers) ? "a filter is too large for it"
            : null;
    }

    /// <summary>What the devices cannot do of a learned similarity; null where they can.</summary>
    private string? WhyNotLearned(LearnedSearch learned, DeviceShard shard)
    {
        foreach (int half in learned.Halves)
        {
            EmbeddingSchema schema = shard.Layout.Embeddings[half];
            if (schema.RowType == RowType.None)
            {
                return $"the rows of {schema.Name} are kept on the host";
            }
        }

        // What several shards find together, none of them knows.
        return learned.FirstStage > 0 && _merge is not null
            ? "several devices have the rows of a first stage"
            : shard.WhyNot(learned.Similarity, learned.Halves);
    }

    /// <summary>Why the devices cannot search a state of live items; null where they can.</summary>
    private string? WhyNot(TableView? view)
    {
        string? reason = null;
        for (int shard = 0; shard < _devices.Shards.Count; shard++)
        {
            reason ??= _devices.Shards[shard].WhyNot(view);
        }

        return reason;
    }

    /// <summary>What of a request the devices do not have; null where they have all.</summary>
    private static string? FindMissing(BackendRequest request, DeviceLayout layout)
    {
        foreach (int embedding in request.Embeddings.Span)
        {
            EmbeddingSchema schema = layout.Embeddings[embedding];
            bool isOfRows = request.Source == ScoreSource.Rows
                || (request.Source == ScoreSource.Copy && schema.Copy is null);
            if (isOfRows && schema.RowType == RowType.None)
            {
                return $"the rows of {schema.Name} are kept on the host";
            }
        }

        return null;
    }

    /// <summary>Numbers what a request scans as devices number it.</summary>
    private static void Number(BackendRequest request, DeviceLayout layout)
    {
        Span<int> numbers = request.DeviceNumbers.Span;
        for (int i = 0; i < numbers.Length; i++)
        {
            int embedding = request.Embeddings.Span[i];
            numbers[i] = request.Source switch
            {
                ScoreSource.Codes => layout.CodesNumber(embedding),
                ScoreSource.Copy when layout.Embeddings[embedding].Copy is not null => layout.CopyNumber(embedding),
                _ => embedding,
            };
        }
    }

    /// <summary>Searches the devices; false where they cannot.</summary>
    private bool TrySearch(BackendRequest request, CancellationToken cancellation)
    {
        _whyNot = WhyNot(request);
        if (_whyNot is not null)
        {
            return false;
        }

        try
        {
            SearchShards(request, cancellation);
            return true;
        }
        catch (CudaException problem) when (problem.IsOutOfMemory)
        {
            _whyNot = "its memory is too small for this search";
            return false;
        }
    }

    private static bool IsSum(BackendRequest request)
        => request.Embeddings.Length > 1 || request.Scan.Weights.Span.ContainsAnyExcept(1f);

    private void SearchShards(BackendRequest request, CancellationToken cancellation)
    {
        ScanRequest scan = request.Scan;
        bool isSum = request.Learned is not { FirstStage: 0 } && IsSum(request);
        for (int shard = 0; shard < _requests.Length; shard++)
        {
            CudaTable table = _devices.Shards[shard].ArraysOf(request.View);
            DeviceSearchRequest search = _requests[shard] ??= new DeviceSearchRequest { Table = table };
            search.Table = table;
            search.Learned = request.Learned is not { } learned ? null : new LearnedRequest
            {
                Similarity = _devices.Shards[shard].SimilarityOf(learned.Similarity)!,
                Halves = learned.Halves,
                Queries = learned.Queries,
                FirstStage = learned.FirstStage,
            };
            search.Embedding = request.DeviceNumbers.Span[0];
            search.Embeddings = isSum ? request.DeviceNumbers : default;
            search.Weights = isSum ? scan.Weights : default;
            search.Keep = request.Keep;
            if (request.Keep is { } keep)
            {
                keep.Codes = _devices.Shards[0].Layout.CodesNumber(request.Embeddings.Span[0]);
            }

            search.QueryCount = scan.QueryCount;
            search.Queries = scan.Queries;
            search.Filters = _filters.All;
            search.K = scan.K;
            search.ScoreMin = scan.ScoreMin;
            search.GroupColumn = scan.Groups.IsEmpty ? null : _devices.Shards[0].Numbers.NumberOf(scan.Groups);
            search.GroupCap = scan.GroupCap;
            search.IsTimed = request.IsTimed;
        }

        _cancellation = cancellation;
        if (_merge is null)
        {
            SearchShard(0);
            return;
        }

        _threads!.Run(_searchShard);
        _merge.Merge(_workspaces, scan);
    }

    private void SearchShard(int shard)
    {
        DeviceShard own = _devices.Shards[shard];
        own.Search.Search(
            _requests[shard]!, _workspaces[shard] ??= new DeviceSearchWorkspace(own.Context), _cancellation);
    }

    /// <summary>A stage, as long as it took where it took longest.</summary>
    private ExplainedStage Stage(string name, Func<DeviceSearchTimes, double> time, string detail)
        => new(name, _workspaces.Max(workspace => time(workspace.Times)) * 1_000, detail);
}
