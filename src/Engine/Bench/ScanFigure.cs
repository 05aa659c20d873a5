namespace Linr.Engine.Bench;

/// <summary>What was measured of one <see cref="ScanCase"/>; medians over passes.</summary>
/// <param name="Case">The search.</param>
/// <param name="RowCount">Rows, N.</param>
/// <param name="Dim">Width, D.</param>
/// <param name="MedianMs">Milliseconds a search, selection and canonical scores included.</param>
/// <param name="FastestMs">The fastest pass.</param>
/// <param name="ReadShare">Bytes of all rows a second, as a share of the read bandwidth measured just before.</param>
/// <param name="FlopShare">2 x Q x N x D a second, as a share of the multiply-add peak measured just before.</param>
/// <param name="ReadGigabytesPerSecond">Bytes of all rows a second, 10^9.</param>
/// <param name="GigaflopsPerSecond">2 x Q x N x D a second, 10^9.</param>
public sealed record ScanFigure(
    ScanCase Case,
    long RowCount,
    int Dim,
    double MedianMs,
    double FastestMs,
    double ReadShare,
    double FlopShare,
    double ReadGigabytesPerSecond,
    double GigaflopsPerSecond);
