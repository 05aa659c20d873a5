namespace Linr.Engine.Bench;

/// <summary>
/// What was measured of exact searches by way of an 8-bit copy of the rows, beside those of the rows.
/// </summary>
/// <param name="QueryCount">Queries of the batch.</param>
/// <param name="K">Hits kept a query.</param>
/// <param name="RowsMs">Milliseconds of a search of 32-bit rows, median over passes.</param>
/// <param name="CopyMs">Milliseconds of the same answers by way of the copy.</param>
/// <param name="Speed">How many times as fast, median of the ratios within passes.</param>
/// <param name="CandidatesMean">Rows that were looked at a query.</param>
public sealed record CopyFigure(
    int QueryCount, int K, double RowsMs, double CopyMs, double Speed, double CandidatesMean);
