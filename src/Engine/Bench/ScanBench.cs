using System.Diagnostics;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Bench;

/// <summary>
/// Times scans of random rows beside this machine's own limits. Every pass measures the limits and then each case once,
/// so that a change of clock rate or a neighbour's load meets all of them alike.
/// </summary>
public sealed class ScanBench : IDisposable
{
    private readonly BenchTable _table;
    private readonly ScanWorkers _workers;
    private readonly ScanWorkspace _workspace = new();
    private readonly long _rowCount;
    private readonly int _dim;

    /// <summary>Makes the rows, N x D normalised.</summary>
    /// <param name="rowCount">N.</param>
    /// <param name="dim">D.</param>
    /// <param name="threadCount">Threads of a scan.</param>
    /// <param name="seed">What the rows and queries are drawn from.</param>
    public ScanBench(long rowCount, int dim, int threadCount, int seed)
    {
        _rowCount = rowCount;
        _dim = dim;
        _table = new BenchTable(rowCount, dim, seed);
        _workers = new ScanWorkers(threadCount);
    }

    /// <summary>Measures each case <paramref name="passCount"/> times, after one pass that is not counted.</summary>
    /// <param name="cases">What to measure.</param>
    /// <param name="passCount">Passes; 5 or more give a fair median.</param>
    /// <param name="cancellation">Looked at between searches.</param>
    public ScanBenchResult Run(IReadOnlyList<ScanCase> cases, int passCount, CancellationToken cancellation)
    {
        ScanRequest[] requests = [.. cases.Select((scan, i) => _table.Request(scan, i + 1))];
        double[] reads = new double[passCount];
        double[] flops = new double[passCount];
        double[][] seconds = [.. cases.Select(_ => new double[passCount])];
        for (int pass = -1; pass < passCount; pass++)
        {
            double read = MachineLimits.ReadBytesPerSecond(_table.Memory, _workers);
            double flop = MachineLimits.MultiplyAddFlopsPerSecond(_workers);
            for (int i = 0; i < requests.Length; i++)
            {
                double elapsed = Time(requests[i], cancellation);
                if (pass >= 0)
                {
                    seconds[i][pass] = elapsed;
                }
            }

            if (pass >= 0)
            {
                (reads[pass], flops[pass]) = (read, flop);
            }
        }

        double readLimit = Median(reads);
        double flopLimit = Median(flops);
        return new ScanBenchResult(
            _workers.ThreadCount,
            readLimit / 1e9,
            flopLimit / 1e9,
            [.. cases.Select((scan, i) => Figure(scan, seconds[i], readLimit, flopLimit))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workspace.Dispose();
        _workers.Dispose();
        _table.Dispose();
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private double Time(ScanRequest request, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        FilteredTopK.Search(request, _workspace, _workers, cancellation);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private ScanFigure Figure(ScanCase scan, double[] seconds, double readLimit, double flopLimit)
    {
        double median = Median(seconds);
        int elementBytes = scan.Element == RowElement.Float32 ? sizeof(float) : sizeof(ushort);
        double read = (double)_rowCount * _dim * elementBytes / median;
        double flop = 2.0 * scan.QueryCount * _rowCount * _dim / median;
        return new ScanFigure(
            scan,
            _rowCount,
            _dim,
            median * 1e3,
            seconds.Min() * 1e3,
            read / readLimit,
            flop / flopLimit,
            read / 1e9,
            flop / 1e9);
    }
}
