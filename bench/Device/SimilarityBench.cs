using System.Diagnostics;
using Linr.Cuda;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Bench.Device;

/// <summary>Measures searches by learned similarities, and compares answers with the processor's.</summary>
internal sealed class SimilarityBench(BenchOptions options, string cases, TextWriter log)
{
    private const int K = 2_000;
    private const int FirstStageDim = 128;
    private const int WarmPasses = 3;
    private const int QuerySets = 4;

    private readonly List<double> _readRates = [];

    /// <summary>Runs it.</summary>
    /// <exception cref="InvalidDataException">An answer is wrong.</exception>
    /// <exception cref="CudaException">The device has too little memory, or failed.</exception>
    public SimilarityReport Run(string command, CancellationToken cancellation)
    {
        CudaDevice device = CudaDevice.Get(0);
        log.WriteLine($"{device}, {DeviceReport.DriverName()}");
        var figures = new List<SimilarityFigure>();
        using (var context = new CudaContext(device))
        using (var rows = new SimilarityRows(context, options.Rows, options.Seed))
        using (var search = new DeviceSearch(context))
        using (var workspace = new DeviceSearchWorkspace(context))
        using (var caches = new Caches(context))
        {
            foreach (SimilarityCase one in SimilarityCase.All().Where(
                one => one.Name.StartsWith(cases, StringComparison.Ordinal)))
            {
                using var similarity = new CudaSimilarity(context, one.Similarity);
                foreach ((int batch, double? goalMs) in one.Goals.Where(goal => goal.Batch <= options.BatchMax))
                {
                    var run = new CaseRun(one, similarity, rows, search, workspace, caches, batch);
                    figures.Add(Measure(run, goalMs, cancellation));
                    Print(figures[^1]);
                }

                rows.Forget();
            }
        }

        PeerResult? peer = null;
        if (options.PeerSeconds > 0)
        {
            string script = Path.Combine(AppContext.BaseDirectory, "peers", "torch_similarity.py");
            peer = PeerScript.Run(script, options, out string? reason);
            log.WriteLine(reason is null ? $"peer: {peer!.Name}" : $"The peer did not run to its end: {reason}");
        }

        return new SimilarityReport(
            device.Name,
            DeviceReport.DriverName(),
            DeviceReport.CommitOfProgram(),
            command,
            TimeProvider.System.GetUtcNow().UtcDateTime,
            options.Rows,
            options.Passes,
            Quantiles.Median(_readRates) / 1e12,
            figures,
            peer);
    }

    private SimilarityFigure Measure(CaseRun run, double? goalMs, CancellationToken cancellation)
    {
        DeviceSearchRequest[] sets = [.. Enumerable.Range(0, QuerySets).Select(run.Request)];
        var times = new List<(DeviceSearchTimes Device, double HostMs)>();
        for (int pass = -WarmPasses; pass < options.Passes; pass++)
        {
            double rate = run.Caches.MeasureRead(run.Rows.Table.Embeddings[run.Case.Halves[0]].Rows);
            run.Caches.Empty();
            long start = Stopwatch.GetTimestamp();
            run.Search.Search(sets[(pass + WarmPasses) % QuerySets], run.Workspace, cancellation);
            if (pass >= 0)
            {
                _readRates.Add(rate);
                times.Add((run.Workspace.Times, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
            }
        }

        DeviceSearchCounters counters = run.Workspace.Counters;
        double bytes = run.Case.Bytes(run.Rows.Table, run.Workspace.RowsFound(0) * (double)run.Batch);
        double medianMs = Quantiles.Median(times.Select(time => time.Device.KernelsMs));
        return new SimilarityFigure(
            run.Case.Name,
            run.Batch,
            K,
            medianMs,
            Quantiles.P95(times.Select(time => time.Device.KernelsMs)),
            Quantiles.Median(times.Select(time => time.HostMs)),
            Quantiles.Median(times.Select(time => time.Device.SeedMs)),
            Quantiles.Median(times.Select(time => time.Device.ScanMs)),
            Quantiles.Median(times.Select(time => time.Device.FinishMs)),
            bytes,
            bytes / medianMs * 1e3 / Quantiles.Median(_readRates),
            counters.Survivors / (double)run.Batch,
            Share(counters.RowsGated),
            Share(counters.RowsScored),
            options.Checks > 0 && run.Batch <= 16 ? Check(run, sets[0], cancellation) : 0,
            options.Rows == BenchOptions.UsualRows ? goalMs : null);

        double? Share(long rows) => rows == 0 ? null : rows / ((double)run.Batch * run.Rows.Table.RowCount);
    }

    /// <summary>The last query's answer against the processor's, of all rows or of the same first stage.</summary>
    private static int Check(CaseRun run, DeviceSearchRequest request, CancellationToken cancellation)
    {
        run.Search.Search(request, run.Workspace, cancellation);
        int query = run.Batch - 1;
        ScanHit[] found = run.Workspace.Hits(query).ToArray();
        LearnedRequest learned = request.Learned!;
        int width = run.Case.Similarity.QueryWidth;
        var twin = new ScanRequest
        {
            Segments = run.Segments(),
            RowCount = run.Rows.Table.RowCount,
            QueryCount = 1,
            Queries = learned.Queries.Slice(query * width, width),
            K = K,
        };
        if (learned.FirstStage > 0)
        {
            request.Learned = null;
            request.K = learned.FirstStage;
            run.Search.Search(request, run.Workspace, cancellation);
            twin.Candidates = new ReadOnlyMemory<uint>[]
            {
                Array.ConvertAll(run.Workspace.Hits(query).ToArray(), hit => hit.Row),
            };
        }

        using var workspace = new SimilarityWorkspace();
        using var workers = new ScanWorkers(Environment.ProcessorCount);
        SimilarityScan.Search(run.Case.Similarity, twin, workspace, workers, cancellation);
        AnswerCheck.Expect(
            found.AsSpan().SequenceEqual(workspace.Hits(0)),
            $"the processor's answer, {workspace.Hits(0).Length} hits from {workspace.Hits(0)[0]}",
            $"{found.Length} hits from {found.FirstOrDefault()}");
        return 1;
    }

    private void Print(SimilarityFigure figure) => log.WriteLine(FormattableString.Invariant(
        $"{figure.Case}, batch {figure.Batch}: {figure.MedianMs:F3} ms (p95 {figure.P95Ms:F3}, ")
        + FormattableString.Invariant($"caller {figure.HostMs:F3}; seed {figure.SeedMs:F3}, ")
        + FormattableString.Invariant($"scan {figure.ScanMs:F3}, finish {figure.FinishMs:F3}), ")
        + FormattableString.Invariant($"{figure.ShareOfRead:P0} of a read, {figure.Survivors:N0} survivors, ")
        + FormattableString.Invariant($"gates {figure.ShareGated:P2}, whole logits {figure.ShareScored:P3}, {figure.QueriesChecked} answers right"));

    /// <summary>One case and batch.</summary>
    private sealed record CaseRun(
        SimilarityCase Case,
        CudaSimilarity Similarity,
        SimilarityRows Rows,
        DeviceSearch Search,
        DeviceSearchWorkspace Workspace,
        Caches Caches,
        int Batch)
    {
        public DeviceSearchRequest Request(int set) => new()
        {
            Table = Rows.Table,
            QueryCount = Batch,
            Queries = Case.FirstStage > 0 ? Rows.Vectors(FirstStageDim, set * Batch, Batch, seed: 14) : default,
            K = K,
            IsTimed = true,
            Learned = new LearnedRequest
            {
                Similarity = Similarity,
                Halves = Case.Halves,
                Queries = Case.Queries(Rows, set * Batch, Batch),
                FirstStage = Case.FirstStage,
            },
        };

        public ScanSegment[] Segments() => [.. Case.Halves.Select(Rows.ToHost)];
    }
}
