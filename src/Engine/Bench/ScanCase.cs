using Linr.Kernels.Scan;

namespace Linr.Engine.Bench;

/// <summary>One search to measure.</summary>
/// <param name="Element">Row type.</param>
/// <param name="QueryCount">Queries of the batch, Q.</param>
/// <param name="K">Hits kept a query.</param>
/// <param name="Filter">What filters the rows, the same for all queries.</param>
/// <param name="PassRate">
/// Share of the rows that pass: one of <see cref="FilterColumns.PassRates"/> for clauses. The lists of ids have a tenth
/// of the rows, at most <see cref="FilterIds.CountMax"/>, and do not read it.
/// </param>
public sealed record ScanCase(
    RowElement Element, int QueryCount, int K, CaseFilter Filter = CaseFilter.None, double PassRate = 1);
