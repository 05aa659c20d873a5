using System.Diagnostics;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Bench;

/// <summary>
/// Times filters over many rows without a scan, and a search behind a filter that passes one row in a thousand. On the
/// calling thread alone, beside the bandwidth at which that thread reads memory.
/// </summary>
internal sealed class FilterBench : IDisposable
{
    /// <summary>Two single-valued clauses should take no longer than reading so many bytes a row.</summary>
    private const double GoalRowBytes = 400e6 / 15.5e6;

    /// <summary>How many times as long a multi-valued clause may take.</summary>
    private const double MultiValuedGoal = 4;

    /// <summary>What a search may take beyond its filter when 0.1 % of the rows pass.</summary>
    private const double SearchGoalMs = 2;

    /// <summary>Rows that a scan filters at once.</summary>
    private const int PieceRows = 16_384;

    /// <summary>A filter runs for milliseconds; after so many times the runtime has compiled it for good.</summary>
    private const int WarmPasses = 3;

    private readonly ulong[] _mask = new ulong[PieceRows / 64];
    private readonly ScanWorkspace _workspace = new();
    private readonly BenchTable _table;
    private readonly FilterColumns _columns;
    private readonly long _rowCount;
    private readonly int _seed;

    public FilterBench(BenchTable table, long rowCount, int seed)
    {
        _table = table;
        _rowCount = rowCount;
        _seed = seed;
        _columns = new FilterColumns(rowCount, seed);
        _columns.AddMultiValued(seed);
    }

    /// <inheritdoc cref="ScanBench.RunFilters"/>
    public FilterBenchResult Run(int passCount, IProgress<double>? progress, CancellationToken cancellation)
    {
        Action[] works = Works(cancellation);
        Sample[][] samples = [.. works.Select(_ => new Sample[passCount])];
        for (int pass = -WarmPasses; pass < passCount; pass++)
        {
            for (int i = 0; i < works.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                Sample sample = Measure(works[i]);
                if (pass >= 0)
                {
                    samples[i][pass] = sample;
                }

                progress?.Report((pass + WarmPasses + ((i + 1.0) / works.Length)) / (passCount + WarmPasses));
            }
        }

        double read = Medians.Of(samples.SelectMany(each => each).Select(sample => sample.ReadLimit));
        return new FilterBenchResult(read / 1e9, Figures(samples, read));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _columns.Dispose();
        _workspace.Dispose();
    }

    private Action[] Works(CancellationToken cancellation)
    {
        PlanFilter often = _columns.Clauses(0.1);
        PlanFilter multiValued = _columns.MultiValued();
        PlanFilter rare = _columns.Clauses(0.001);
        Action[] filters = [() => Evaluate(often), () => Evaluate(multiValued), () => Evaluate(rare)];
        if (!_table.CanRepeat)
        {
            return filters;
        }

        ScanRequest search = _table.Repeat(_table.Request(RowElement.Float32, 1, 100, _seed), _rowCount);
        search.Filters = new RowFilter?[] { rare };
        return [.. filters, () => FilteredTopK.Search(search, _workspace, null, cancellation)];
    }

    private void Evaluate(PlanFilter filter)
    {
        for (long row = 0; row < _rowCount; row += PieceRows)
        {
            filter.Evaluate(
                (int)(row / ScanSegment.BlockRows),
                (int)(row % ScanSegment.BlockRows),
                (int)Math.Min(PieceRows, _rowCount - row),
                _mask);
        }
    }

    private Sample Measure(Action work)
    {
        double read = MachineLimits.ReadBytesPerSecond(_table.Memory);
        long start = Stopwatch.GetTimestamp();
        work();
        return new Sample(read, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private FilterFigure[] Figures(Sample[][] samples, double read)
    {
        double goalMs = _rowCount * GoalRowBytes / read * 1e3;
        FilterFigure rare = Figure("two clauses, 0.1 % pass", FilterColumns.ClauseRowBytes, samples[2], goalMs);
        FilterFigure[] filters =
        [
            Figure("two clauses, 1- and 4-byte codes, 10 % pass", FilterColumns.ClauseRowBytes, samples[0], goalMs),
            Figure(
                "one clause, 3 values a row", FilterColumns.MultiValuedRowBytes, samples[1], MultiValuedGoal * goalMs),
            rare,
        ];
        return samples.Length == filters.Length
            ? filters
            :
            [
                .. filters,
                Figure(
                    "search of the 0.1 %, filter included",
                    FilterColumns.ClauseRowBytes,
                    samples[3],
                    rare.MedianMs + SearchGoalMs),
            ];
    }

    private FilterFigure Figure(string name, int rowBytes, Sample[] samples, double goalMs)
    {
        double median = Medians.Of(samples.Select(sample => sample.Seconds));
        double bytes = (double)rowBytes * _rowCount;
        return new FilterFigure(
            name,
            _rowCount,
            rowBytes * _rowCount,
            median * 1e3,
            samples.Min(sample => sample.Seconds) * 1e3,
            bytes / median / 1e9,
            Medians.Of(samples.Select(sample => bytes / sample.Seconds / sample.ReadLimit)),
            goalMs);
    }

    /// <summary>One run and the limit measured just before it.</summary>
    private readonly record struct Sample(double ReadLimit, double Seconds);
}
