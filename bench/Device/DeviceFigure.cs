namespace Linr.Bench.Device;

/// <summary>What a case gave with one batch size.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Batch">Queries.</param>
/// <param name="K">Hits a query.</param>
/// <param name="RowsPassed">Rows that pass the filter of a query, on average.</param>
/// <param name="MedianMs">From queries on the device to hits on the device, median: by events.</param>
/// <param name="P95Ms">The same, of the slowest 5 % the fastest.</param>
/// <param name="CopiesMs">Queries to the device and hits to the host, median: not in <paramref name="MedianMs"/>.</param>
/// <param name="HostMs">What the caller waits, copies and all, median.</param>
/// <param name="FilterMs">Of that on the device: filters and lists of rows, median.</param>
/// <param name="SeedMs">The sample and first cuts.</param>
/// <param name="ScanMs">The scan.</param>
/// <param name="FinishMs">Canonical scores and order.</param>
/// <param name="Bytes">Bytes of rows and attributes that had to be read.</param>
/// <param name="TerabytesPerSecond">Those over the median time.</param>
/// <param name="ReadShare">Of the read bandwidth measured in the same run.</param>
/// <param name="Survivors">Rows a query that the scan kept for the finish.</param>
/// <param name="Passes">Launches of the pipeline; 1 but for batches that are too large and lists that overflow.</param>
/// <param name="QueriesChecked">Queries whose whole answer was compared with scores of every row.</param>
/// <param name="GoalMs">The figure to reach; null where the shape is another.</param>
internal sealed record DeviceFigure(
    string Case,
    long Rows,
    int Batch,
    int K,
    double RowsPassed,
    double MedianMs,
    double P95Ms,
    double CopiesMs,
    double HostMs,
    double FilterMs,
    double SeedMs,
    double ScanMs,
    double FinishMs,
    double Bytes,
    double TerabytesPerSecond,
    double ReadShare,
    double Survivors,
    int Passes,
    int QueriesChecked,
    double? GoalMs)
{
    /// <summary>Rows a query that codes let through to the scores; null where they do not choose.</summary>
    public double? RowsKept { get; init; }

    /// <summary>The share of the exact answers of the checked queries that was found, where codes choose.</summary>
    public double? Recall { get; init; }
}
