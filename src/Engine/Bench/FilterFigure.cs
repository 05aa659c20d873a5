namespace Linr.Engine.Bench;

/// <summary>What was measured of one filter by itself, or of a search behind it, on one thread.</summary>
/// <param name="Name">The filter, or the search.</param>
/// <param name="RowCount">Rows, N.</param>
/// <param name="Bytes">Bytes of the columns that it reads when it reads all of them.</param>
/// <param name="MedianMs">Milliseconds for all rows, median over passes.</param>
/// <param name="FastestMs">The fastest pass.</param>
/// <param name="GigabytesPerSecond"><paramref name="Bytes"/> a second, 10^9.</param>
/// <param name="ReadShare">The same as a share of one thread's read bandwidth measured just before.</param>
/// <param name="GoalMs">What it should take on this machine: the time that reading so many bytes takes.</param>
public sealed record FilterFigure(
    string Name,
    long RowCount,
    long Bytes,
    double MedianMs,
    double FastestMs,
    double GigabytesPerSecond,
    double ReadShare,
    double GoalMs);
