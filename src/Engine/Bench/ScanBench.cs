using System.Diagnostics;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Bench;

/// <summary>
/// Times scans of random rows beside this machine's own limits. The limits are measured again before every search, and
/// shares are medians of the ratios: clock rates and neighbours change within seconds, and meet both alike. For the
/// same reason a case is compared with another one within each pass.
/// </summary>
public sealed class ScanBench : IDisposable
{
    private readonly BenchTable _table;
    private readonly FilterColumns _columns;
    private readonly FilterIds _ids;
    private readonly ScanWorkers _workers;
    private readonly ScanWorkspace _workspace = new();
    private readonly long _rowCount;
    private readonly int _dim;
    private readonly int _seed;

    /// <summary>Makes the rows, N x D normalised, and what filters read.</summary>
    /// <param name="rowCount">N.</param>
    /// <param name="dim">D.</param>
    /// <param name="threadCount">Threads of a scan.</param>
    /// <param name="seed">What the rows and queries are drawn from.</param>
    public ScanBench(long rowCount, int dim, int threadCount, int seed)
    {
        (_rowCount, _dim, _seed) = (rowCount, dim, seed);
        _table = new BenchTable(rowCount, dim, seed);
        _columns = new FilterColumns(rowCount, seed);
        _columns.AddWorst(_table.Scores(_table.Request(RowElement.Float32, 1, 1, seed).Queries.Span));
        _ids = new FilterIds(rowCount, seed);
        _workers = new ScanWorkers(threadCount);
    }

    /// <summary>Measures each case <paramref name="passCount"/> times, after one pass that is not counted.</summary>
    /// <param name="cases">
    /// What to measure, in this order: those that are compared should be neighbours.
    /// </param>
    /// <param name="passCount">Passes; 5 or more give a fair median.</param>
    /// <param name="progress">Told the share of the searches that are done; null for nobody.</param>
    /// <param name="cancellation">Looked at during each search.</param>
    public ScanBenchResult Run(
        IReadOnlyList<ScanCase> cases, int passCount, IProgress<double>? progress, CancellationToken cancellation)
    {
        ScanRequest[] requests = [.. cases.Select(Request)];
        var samples = cases.Distinct().ToDictionary(scan => scan, _ => new Sample[passCount]);
        for (int pass = -1; pass < passCount; pass++)
        {
            for (int i = 0; i < requests.Length; i++)
            {
                Sample sample = Measure(cases[i], requests[i], cancellation);
                if (pass >= 0)
                {
                    samples[cases[i]][pass] = sample;
                }

                progress?.Report((pass + 1 + ((i + 1.0) / requests.Length)) / (passCount + 1));
            }
        }

        return new ScanBenchResult(
            _workers.ThreadCount,
            Medians.Of(samples.Values.SelectMany(each => each).Select(sample => sample.ReadLimit)) / 1e9,
            Medians.Of(samples.Values.SelectMany(each => each).Select(sample => sample.FlopLimit)) / 1e9,
            [.. cases.Zip(requests, (scan, request) => Figure(scan, request, samples))]);
    }

    /// <summary>Measures filters by themselves, and a search behind one, on the calling thread alone.</summary>
    /// <param name="rowCount">Rows of their columns.</param>
    /// <param name="passCount">Passes, after some that are not counted.</param>
    /// <param name="progress">Told the share that is done; null for nobody.</param>
    /// <param name="cancellation">Looked at between filters.</param>
    public FilterBenchResult RunFilters(
        long rowCount, int passCount, IProgress<double>? progress, CancellationToken cancellation)
    {
        using FilterBench bench = new(_table, rowCount, _seed);
        return bench.Run(passCount, progress, cancellation);
    }

    /// <summary>Measures exact searches by way of an 8-bit copy of the rows.</summary>
    /// <param name="passCount">Passes, after one that is not counted.</param>
    /// <param name="progress">Told the share that is done; null for nobody.</param>
    /// <param name="cancellation">Looked at during each search.</param>
    public IReadOnlyList<CopyFigure> RunCopies(
        int passCount, IProgress<double>? progress, CancellationToken cancellation)
    {
        using CopyBench bench = new(_table, _rowCount, _dim, _workers.ThreadCount, _seed);
        return bench.Run(passCount, progress, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workspace.Dispose();
        _workers.Dispose();
        _ids.Dispose();
        _columns.Dispose();
        _table.Dispose();
    }

    private ScanRequest Request(ScanCase scan)
    {
        ScanRequest request = _table.Request(scan.Element, scan.QueryCount, scan.K, _seed);
        if (scan.Filter is CaseFilter.Clauses or CaseFilter.WorstRows)
        {
            request.Filters =
                new RowFilter?[] { _columns.Clauses(scan.PassRate, scan.Filter == CaseFilter.WorstRows) };
        }

        return request;
    }

    private Sample Measure(ScanCase scan, ScanRequest request, CancellationToken cancellation)
    {
        bool hasIds = scan.Filter is not (CaseFilter.None or CaseFilter.Clauses or CaseFilter.WorstRows);
        double read = MachineLimits.ReadBytesPerSecond(_table.Memory, _workers);
        double flop = MachineLimits.MultiplyAddFlopsPerSecond(_workers);
        long start = Stopwatch.GetTimestamp();
        if (hasIds)
        {
            request.Filters = new RowFilter?[] { _ids.Bind(scan.Filter) };
        }

        FilteredTopK.Search(request, _workspace, _workers, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Sample(read, flop, seconds, _workspace.RowsPassed(0));
    }

    private static ScanFigure Figure(ScanCase scan, ScanRequest request, Dictionary<ScanCase, Sample[]> samples)
    {
        Sample[] own = samples[scan];
        double median = Medians.Of(own.Select(sample => sample.Seconds));
        (long rows, int dim) = (request.RowCount, request.Segments.Span[0].Dim);
        double bytes = rows * scan.Element switch
        {
            RowElement.Float32 => (double)dim * sizeof(float),
            RowElement.Int8 => dim + sizeof(ushort),
            RowElement.SignCode => dim / 8,
            _ => dim * sizeof(ushort),
        };
        double flops = scan.Element == RowElement.SignCode ? 0 : 2.0 * scan.QueryCount * rows * dim;
        double? overSingles = scan.Element is RowElement.Float32 or RowElement.SignCode
            ? null
            : Over(own, samples, scan with { Element = RowElement.Float32 });
        return new ScanFigure(
            scan,
            rows,
            dim,
            own[^1].RowsPassed,
            median * 1e3,
            own.Min(sample => sample.Seconds) * 1e3,
            Medians.Of(own.Select(sample => bytes / sample.Seconds / sample.ReadLimit)),
            Medians.Of(own.Select(sample => flops / sample.Seconds / sample.FlopLimit)),
            bytes / median / 1e9,
            flops / median / 1e9,
            scan.Filter == CaseFilter.None
                ? null
                : Over(own, samples, scan with { Filter = CaseFilter.None, PassRate = 1 }),
            scan.K == 100 ? null : Over(own, samples, scan with { K = 100 }),
            1 / overSingles);
    }

    /// <summary>The median over the passes of a case's time over another's; null where that was not measured.</summary>
    private static double? Over(Sample[] own, Dictionary<ScanCase, Sample[]> samples, ScanCase other)
        => samples.TryGetValue(other, out Sample[]? others)
            ? Medians.Of(own.Zip(others, (mine, its) => mine.Seconds / its.Seconds))
            : null;

    /// <summary>One search and the limits measured just before it.</summary>
    private readonly record struct Sample(double ReadLimit, double FlopLimit, double Seconds, long RowsPassed);
}
