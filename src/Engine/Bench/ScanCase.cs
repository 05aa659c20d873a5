using Linr.Kernels.Scan;

namespace Linr.Engine.Bench;

/// <summary>One search to measure.</summary>
/// <param name="Element">Row type.</param>
/// <param name="QueryCount">Queries of the batch, Q.</param>
/// <param name="K">Hits kept a query.</param>
/// <param name="PassRate">Share of the rows that pass the filter, 0 to 1; 1: no filter.</param>
/// <param name="IsAdverse">Whether the rows that pass are those that score worst for the first query.</param>
public sealed record ScanCase(RowElement Element, int QueryCount, int K, double PassRate, bool IsAdverse = false);
