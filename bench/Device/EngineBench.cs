using System.Diagnostics;
using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Bench.Device;

/// <summary>
/// Searches through the engine's own API: callers give query vectors to a batcher over a retriever, and get hits on the
/// host. The retriever has the random rows as its items.
/// </summary>
internal sealed class EngineBench : IDisposable
{
    private const int K = 2_000;
    private const int VectorsPerCaller = 4;

    // One caller is latency; the others ask for throughput, with ever fuller batches.
    private static readonly (int Callers, int ConcurrentBatches)[] s_loads =
        [(1, 1), (16, 1), (64, 1), (256, 1), (512, 1), (512, 2), (1_024, 2)];

    private readonly RandomRows _rows;
    private readonly Retriever _retriever;
    private readonly int _batchMax;
    private readonly int _k;

    /// <summary>Makes items of the rows and gives them to a retriever, which loads them onto the device.</summary>
    /// <param name="rows">The rows; ids are their numbers.</param>
    /// <param name="batchMax">Queries of the largest batch.</param>
    public EngineBench(RandomRows rows, int batchMax)
    {
        _rows = rows;
        _batchMax = batchMax;
        _k = (int)Math.Min(K, rows.Table.RowCount);
        _retriever = Retriever.Over(
            EngineItems.Of(rows), "bench", new RetrieverOptions { Device = EngineDevice.Cuda });
    }

    /// <summary>Runs each load for some time, after a quarter of it to warm up.</summary>
    /// <exception cref="InvalidDataException">An answer is not that of the search below the engine.</exception>
    public IReadOnlyList<EngineFigure> Run(double seconds)
    {
        Check();
        return
        [
            .. s_loads.Where(load => load.Callers <= 4 * _batchMax)
                .Select(load => Run(load.Callers, load.ConcurrentBatches, seconds)),
        ];
    }

    public void Dispose() => _retriever.Dispose();

    private EngineFigure Run(int callers, int concurrentBatches, double seconds)
    {
        using var batcher = new VectorBatcher(_retriever, new BatchOptions
        {
            QueriesMax = _batchMax,
            QueueDepthMax = Math.Max(callers, 1),
            ConcurrentBatches = concurrentBatches,
        });
        using var over = new CancellationTokenSource();
        var loop = new ClosedLoop(batcher, _rows, callers, _k);
        Task running = loop.Run(over.Token);
        Thread.Sleep(TimeSpan.FromSeconds(seconds / 4));
        BatchCounters before = batcher.Counters;
        long start = Stopwatch.GetTimestamp();
        loop.IsMeasuring = true;
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        SpinWait.SpinUntil(() => loop.MeasuredCount >= callers);
        loop.IsMeasuring = false;
        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        BatchCounters after = batcher.Counters;
        over.Cancel();
        running.GetAwaiter().GetResult();
        double[] waits = [.. loop.WaitsMs];
        return new EngineFigure(
            callers,
            concurrentBatches,
            waits.Length / elapsed,
            Quantiles.Median(waits),
            Quantiles.P95(waits),
            (double)(after.Scanned - before.Scanned) / Math.Max(after.Batches - before.Batches, 1));
    }

    /// <summary>The engine's hits are those of the search that the other figures are of.</summary>
    private void Check()
    {
        float[] query = _rows.Queries(0, 1);
        using var search = new DeviceSearch(_rows.Table.Context);
        using var workspace = new DeviceSearchWorkspace(_rows.Table.Context);
        search.Search(
            new DeviceSearchRequest { Table = _rows.Table, QueryCount = 1, Queries = query, K = _k }, workspace);
        SearchResponse response = _retriever.Search(
            new SearchRequest { Embeddings = [new EmbeddingQuery(EngineItems.Embedding, query)], K = _k, Explain = true });
        if (response.Explanation!.Engine != _retriever.Engine)
        {
            throw new InvalidOperationException(
                $"Expected a search by {_retriever.Engine}; it was done by {response.Explanation.Engine}.");
        }

        ReadOnlySpan<ScanHit> expected = workspace.Hits(0);
        for (int i = 0; i < expected.Length; i++)
        {
            Hit? found = i < response.Hits.Count ? response.Hits[i] : null;
            if (found?.Score != expected[i].Score || found?.Id != expected[i].Row)
            {
                throw new InvalidDataException(
                    $"A wrong answer of the engine: expected {expected[i]} in place {i}; found {found}.");
            }
        }
    }

    /// <summary>Callers that ask again as soon as they are answered.</summary>
    private sealed class ClosedLoop(VectorBatcher batcher, RandomRows rows, int callers, int k)
    {
        private readonly List<double>[] _waitsMs = [.. Enumerable.Range(0, callers).Select(_ => new List<double>())];
        private volatile bool _isMeasuring;
        private int _measuredCount;

        /// <summary>Searches whose wait was kept.</summary>
        public int MeasuredCount => Volatile.Read(ref _measuredCount);

        /// <summary>Whether what callers wait is kept.</summary>
        public bool IsMeasuring
        {
            set => _isMeasuring = value;
        }

        /// <summary>What callers waited, all together; to be read when they have ended.</summary>
        public IEnumerable<double> WaitsMs => _waitsMs.SelectMany(one => one);

        public Task Run(CancellationToken over)
            => Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => Call(caller, over))));

        private async Task Call(int caller, CancellationToken over)
        {
            int dim = rows.Table.Embeddings[0].Dim;
            float[] vectors = rows.Queries(caller * VectorsPerCaller, VectorsPerCaller);
            var hits = new ScanHit[k];
            for (int turn = 0; !over.IsCancellationRequested; turn = (turn + 1) % VectorsPerCaller)
            {
                long start = Stopwatch.GetTimestamp();
                await batcher.SearchAsync(
                    vectors.AsSpan(turn * dim, dim), hits, cancellation: CancellationToken.None).ConfigureAwait(false);
                if (_isMeasuring)
                {
                    _waitsMs[caller].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    Interlocked.Increment(ref _measuredCount);
                }
            }
        }
    }
}
