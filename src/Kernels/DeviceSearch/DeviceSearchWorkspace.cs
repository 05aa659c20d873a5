using System.Diagnostics.CodeAnalysis;
using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels;

/// <summary>
/// All memory of a search on a device, reused from search to search, its stream, its captured graphs and the last
/// answer. Serves one search at a time: keep a pool of them. A search of a shape that it has seen allocates nothing, on
/// the host or the device.
/// </summary>
public sealed unsafe class DeviceSearchWorkspace : IDisposable
{
    private const int StageCount = 6;

    private readonly Dictionary<SearchShape, SearchMemory> _memories = [];
    private readonly CudaEvent[] _marks;
    private DeviceBuffer<byte>? _arena;
    private PinnedBuffer<byte>? _upload;
    private PinnedBuffer<byte>? _download;
    private NativeBuffer? _answers;
    private int[] _hitCounts = [];
    private long[] _passed = [];
    private long[] _kept = [];
    private long[] _candidates = [];
    private int _queryCount;
    private nint _hits;
    private long _hitsPerQuery;

    /// <summary>Makes a workspace without room for anything yet.</summary>
    /// <param name="context">Where.</param>
    /// <exception cref="CudaException">The stream cannot be made.</exception>
    public DeviceSearchWorkspace(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Context = context;
        Plans = new SearchPlans(context);
        try
        {
            Stream = new CudaStream(context, "searches");
            _marks =
                [.. Enumerable.Range(0, StageCount + 1).Select(i => new CudaEvent(context, $"stage {i} of a search"))];
        }
        catch
        {
            Stream?.Dispose();
            Plans.Dispose();
            throw;
        }
    }

    /// <summary>The device's context.</summary>
    public CudaContext Context { get; }

    /// <summary>What the last search did.</summary>
    public DeviceSearchCounters Counters { get; private set; }

    /// <summary>How long the last search's stages took, if it was timed.</summary>
    public DeviceSearchTimes Times { get; private set; }

    internal CudaStream Stream { get; }

    internal SearchPlans Plans { get; }

    /// <summary>The hits of a query of the last search, best first; valid until the next search.</summary>
    public ReadOnlySpan<ScanHit> Hits(int query)
        => new((ScanHit*)_hits + (query * _hitsPerQuery), _hitCounts[query]);

    /// <summary>How many rows passed a query's filter in the last search, exactly.</summary>
    public long RowsPassed(int query) => _passed[query];

    /// <summary>How many of these got scores: all, unless codes chose.</summary>
    public long RowsKept(int query) => _kept[query];

    /// <summary>How many rows a first stage found, which a learned similarity scored; 0 without one.</summary>
    public long RowsFound(int query) => _candidates[query];

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _arena?.Dispose();
        _upload?.Dispose();
        _download?.Dispose();
        _answers?.Dispose();
        Plans.Dispose();
        foreach (CudaEvent mark in _marks)
        {
            mark.Dispose();
        }

        Stream.Dispose();
    }

    /// <summary>Makes room for a request's answer.</summary>
    internal void Begin(DeviceSearchRequest request)
    {
        Counters = default;
        Times = default;
        _queryCount = request.QueryCount;
        ScanArrays.Grow(ref _hitCounts, _queryCount);
        ScanArrays.Grow(ref _passed, _queryCount);
        ScanArrays.Grow(ref _kept, _queryCount);
        ScanArrays.Grow(ref _candidates, _queryCount);
        Array.Clear(_candidates, 0, _queryCount);
        Array.Clear(_hitCounts, 0, _queryCount);
        Array.Fill(_passed, request.Table.RowCount, 0, _queryCount);
        Array.Fill(_kept, request.Table.RowCount, 0, _queryCount);
    }

    /// <summary>The arrays of a shape.</summary>
    internal SearchMemory Memory(in SearchShape shape)
    {
        if (Plans.HasMoved)
        {
            Forget();
        }

        if (!_memories.TryGetValue(shape, out SearchMemory? memory))
        {
            memory = Make(shape);
            _memories.Add(shape, memory);
        }

        return memory;
    }

    /// <summary>Runs a pass, as a graph that is captured at first, and waits.</summary>
    internal void Launch(
        SearchOps ops,
        SearchMode mode,
        bool isEstimated,
        in SearchShape shape,
        SearchMemory memory,
        DeviceSearchRequest request)
    {
        ref CudaGraphExec? graph = ref memory.Graph(mode, isEstimated, request.IsTimed);
        graph ??= Capture(ops, mode, isEstimated, shape, memory, request);
        if (request.Table.Ready is { } ready)
        {
            Stream.Wait(ready);
        }

        graph.Launch(Stream);
        Stream.Synchronize();
        if (request.IsTimed)
        {
            Times = new DeviceSearchTimes(
                Times.UploadMs + _marks[1].MsSince(_marks[0]),
                Times.FilterMs + _marks[2].MsSince(_marks[1]),
                Times.SeedMs + _marks[3].MsSince(_marks[2]),
                Times.ScanMs + _marks[4].MsSince(_marks[3]),
                Times.FinishMs + _marks[5].MsSince(_marks[4]),
                Times.DownloadMs + _marks[6].MsSince(_marks[5]));
        }
    }

    /// <summary>Counts what a pass did.</summary>
    internal void Count(SearchMemory memory, SearchMode mode, int queryCount, bool isRepeat)
    {
        long survivors = 0;
        long rowsListed = mode == SearchMode.Plain ? 0 : memory.Reads(memory.ListCount)[0];
        int listed = 0;
        long scored = 0;
        long gated = 0;
        for (int q = 0; q < queryCount; q++)
        {
            uint count = memory.Reads(memory.Counts)[q];
            survivors += count == FusedScan.CutTooHigh ? 0 : count;
            SearchWay way = mode == SearchMode.Plain ? SearchWay.Dense : memory.Reads(memory.Ways)[q];
            listed += way == SearchWay.Dense ? 0 : 1;
            rowsListed += way == SearchWay.Direct ? count : 0;
            scored += memory.Scored.IsEmpty ? 0 : memory.Reads(memory.Scored)[q];
            gated += memory.Gated.IsEmpty ? 0 : memory.Reads(memory.Gated)[q];
        }

        Counters = new DeviceSearchCounters(
            Counters.Passes + 1,
            Counters.Repeats + (isRepeat ? 1 : 0),
            Counters.RowsListed + rowsListed,
            Counters.ListedQueries + listed,
            Counters.Survivors + survivors)
        {
            RowsScored = Counters.RowsScored + scored,
            RowsGated = Counters.RowsGated + gated,
        };
    }

    /// <summary>Takes the answers of a pass; where it is not the only one, they are copied.</summary>
    internal void Take(
        DeviceSearchRequest request, in SearchShape shape, SearchMemory memory, int firstQuery, int queryCount)
    {
        long k = Math.Min((uint)request.K, request.Table.RowCount);
        bool isStaged = shape.Answers > 0;
        int hitsPerQuery = isStaged ? shape.Answers : shape.Hits;
        ReadOnlySpan<uint> counts = memory.Reads(isStaged ? memory.AnswerCounts : memory.HitCounts);
        for (int q = 0; q < queryCount; q++)
        {
            _hitCounts[firstQuery + q] = (int)Math.Min(counts[q], k);
            if (Plans.PlanOf[q] >= 0)
            {
                _passed[firstQuery + q] = (long)memory.Reads(memory.PlanPassed)[Plans.PlanOf[q]];
            }

            _candidates[firstQuery + q] = isStaged ? Math.Min(memory.Reads(memory.HitCounts)[q], request.ScanK) : 0;
            _kept[firstQuery + q] = shape.Keeps ? (long)memory.Reads(memory.Passed)[q] : _passed[firstQuery + q];
        }

        ScanHit* hits = (ScanHit*)memory.ReadAddress(isStaged ? memory.Answers : memory.Hits);
        if (queryCount == request.QueryCount)
        {
            (_hits, _hitsPerQuery) = ((nint)hits, hitsPerQuery);
            return;
        }

        _hitsPerQuery = k;
        _hits = ScanArrays.Grow(ref _answers, request.QueryCount * k * sizeof(ScanHit));
        for (int q = 0; q < queryCount; q++)
        {
            new ReadOnlySpan<ScanHit>(hits + ((long)q * hitsPerQuery), _hitCounts[firstQuery + q])
                .CopyTo(new Span<ScanHit>((ScanHit*)_hits + ((firstQuery + q) * k), _hitCounts[firstQuery + q]));
        }
    }

    private CudaGraphExec Capture(
        SearchOps ops,
        SearchMode mode,
        bool isEstimated,
        SearchShape shape,
        SearchMemory memory,
        DeviceSearchRequest request)
    {
        using CudaGraph graph = Stream.Capture("a search", stream => ops.Enqueue(
            stream,
            mode,
            isEstimated,
            shape,
            memory,
            Plans.OnDevice,
            request.Table.Order.Numbers,
            request.IsTimed ? _marks : []));
        return graph.Instantiate();
    }

    private SearchMemory Make(in SearchShape shape)
    {
        using SearchMemory sizes = new(shape, default, default, default);
        if (_arena is null || _upload is null || _download is null || _arena.Length < sizes.DeviceBytes
            || _upload.Length < sizes.UploadBytes || _download.Length < sizes.DownloadBytes)
        {
            Forget();
            Grow(ref _arena, sizes.DeviceBytes, bytes => new DeviceBuffer<byte>(Context, bytes, "a search's arrays"));
            Grow(ref _upload, sizes.UploadBytes, bytes => new PinnedBuffer<byte>(Context, bytes, "queries to upload"));
            Grow(ref _download, sizes.DownloadBytes, bytes => new PinnedBuffer<byte>(Context, bytes, "answers"));
        }

        return new SearchMemory(shape, _arena.Slice(), _upload.Slice(), _download.Slice());
    }

    private static void Grow<T>([NotNull] ref T? buffer, long bytes, Func<long, T> make)
        where T : CudaOwner
    {
        if (buffer is null || buffer.Bytes < bytes)
        {
            buffer?.Dispose();
            buffer = null;
            buffer = make(bytes);
        }
    }

    /// <summary>Drops what has addresses in it.</summary>
    private void Forget()
    {
        foreach (SearchMemory memory in _memories.Values)
        {
            memory.Dispose();
        }

        _memories.Clear();
    }
}
