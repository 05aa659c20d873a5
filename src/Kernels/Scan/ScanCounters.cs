namespace Linr.Kernels.Scan;

/// <summary>What a scan did. A unit is a few thousand consecutive rows.</summary>
/// <param name="RowsScanned">Rows that filters and masks were evaluated for.</param>
/// <param name="RowsScored">Rows scored in float, summed over groups of queries that share a filter.</param>
/// <param name="Rescored">Canonical scores computed.</param>
/// <param name="DenseUnits">
/// Units whose rows were all scored, survivors then tested against the mask (LiNR's V1).
/// </param>
/// <param name="GatheredUnits">Units of which only the passing rows were scored (LiNR's V2).</param>
/// <param name="SkippedUnits">Units without a passing row.</param>
public readonly record struct ScanCounters(
    long RowsScanned, long RowsScored, long Rescored, long DenseUnits, long GatheredUnits, long SkippedUnits)
{
    /// <summary>The sums of two counts.</summary>
    public static ScanCounters operator +(ScanCounters left, ScanCounters right) => new(
        left.RowsScanned + right.RowsScanned,
        left.RowsScored + right.RowsScored,
        left.Rescored + right.Rescored,
        left.DenseUnits + right.DenseUnits,
        left.GatheredUnits + right.GatheredUnits,
        left.SkippedUnits + right.SkippedUnits);

    /// <summary>The sums of two counts.</summary>
    public static ScanCounters Add(ScanCounters left, ScanCounters right) => left + right;
}
