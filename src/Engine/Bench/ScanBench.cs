using System.Diagnostics;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Bench;

/// <summary>
/// Times scans of random rows beside this machine's own limits. The limits are measured again before every search, and
/// shares are medians of the ratios: clock rates and neighbours change within seconds, and meet both alike.
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
        Sample[][] samples = [.. cases.Select(_ => new Sample[passCount])];
        for (int pass = -1; pass < passCount; pass++)
        {
            for (int i = 0; i < requests.Length; i++)
            {
                Sample sample = Measure(requests[i], cancellation);
                if (pass >= 0)
                {
                    samples[i][pass] = sample;
                }
            }
        }

        return new ScanBenchResult(
            _workers.ThreadCount,
            Median(samples.SelectMany(each => each).Select(sample => sample.ReadLimit)) / 1e9,
            Median(samples.SelectMany(each => each).Select(sample => sample.FlopLimit)) / 1e9,
            [.. cases.Select((scan, i) => Figure(scan, samples[i]))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workspace.Dispose();
        _workers.Dispose();
        _table.Dispose();
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private Sample Measure(ScanRequest request, CancellationToken cancellation)
    {
        double read = MachineLimits.ReadBytesPerSecond(_table.Memory, _workers);
        double flop = MachineLimits.MultiplyAddFlopsPerSecond(_workers);
        long start = Stopwatch.GetTimestamp();
        FilteredTopK.Search(request, _workspace, _workers, cancellation);
        return new Sample(read, flop, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private ScanFigure Figure(ScanCase scan, Sample[] samples)
    {
        double median = Median(samples.Select(sample => sample.Seconds));
        int elementBytes = scan.Element == RowElement.Float32 ? sizeof(float) : sizeof(ushort);
        double bytes = (double)_rowCount * _dim * elementBytes;
        double flops = 2.0 * scan.QueryCount * _rowCount * _dim;
        return new ScanFigure(
            scan,
            _rowCount,
            _dim,
            median * 1e3,
            samples.Min(sample => sample.Seconds) * 1e3,
            Median(samples.Select(sample => bytes / sample.Seconds / sample.ReadLimit)),
            Median(samples.Select(sample => flops / sample.Seconds / sample.FlopLimit)),
            bytes / median / 1e9,
            flops / median / 1e9);
    }

    /// <summary>One search and the limits measured just before it.</summary>
    private readonly record struct Sample(double ReadLimit, double FlopLimit, double Seconds);
}
