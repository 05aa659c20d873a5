namespace Linr.Engine.Bench;

/// <summary>What was measured of one <see cref="ScanCase"/>; medians over passes.</summary>
/// <param name="Case">The search.</param>
/// <param name="RowCount">Rows, N.</param>
/// <param name="Dim">Width, D.</param>
/// <param name="RowsPassed">How many rows passed the filter.</param>
/// <param name="MedianMs">Milliseconds a search, selection and canonical scores included.</param>
/// <param name="FastestMs">The fastest pass.</param>
/// <param name="ReadShare">Bytes of all rows a second, as a share of the read bandwidth measured just before.</param>
/// <param name="FlopShare">
/// 2 x Q x N x D a second, as a share of the multiply-add peak measured just before; 0 for codes, which take none.
/// </param>
/// <param name="ReadGigabytesPerSecond">Bytes of all rows a second, 10^9.</param>
/// <param name="GigaflopsPerSecond">2 x Q x N x D a second, 10^9.</param>
/// <param name="OverUnfiltered">
/// Its time over that of the same search without a filter, in the same passes; null without a filter.
/// </param>
/// <param name="OverTop100">
/// Its time over that of the same search with K = 100, in the same passes; null where that was not measured.
/// </param>
/// <param name="SpeedOverFloat32">
/// The time of the same search of fp32 rows over its own, in the same passes; null where that was not measured.
/// </param>
public sealed record ScanFigure(
    ScanCase Case,
    long RowCount,
    int Dim,
    long RowsPassed,
    double MedianMs,
    double FastestMs,
    double ReadShare,
    double FlopShare,
    double ReadGigabytesPerSecond,
    double GigaflopsPerSecond,
    double? OverUnfiltered,
    double? OverTop100,
    double? SpeedOverFloat32);
