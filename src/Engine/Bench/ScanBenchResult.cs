namespace Linr.Engine.Bench;

/// <summary>A run of <see cref="ScanBench"/>.</summary>
/// <param name="ThreadCount">Threads.</param>
/// <param name="ReadGigabytesPerSecond">This machine's measured read bandwidth, median, 10^9 bytes.</param>
/// <param name="MultiplyAddGigaflopsPerSecond">This machine's measured multiply-add peak, median, 10^9.</param>
/// <param name="Figures">A figure a case.</param>
public sealed record ScanBenchResult(
    int ThreadCount,
    double ReadGigabytesPerSecond,
    double MultiplyAddGigaflopsPerSecond,
    IReadOnlyList<ScanFigure> Figures);
