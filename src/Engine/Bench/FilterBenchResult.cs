namespace Linr.Engine.Bench;

/// <summary>A run of <see cref="FilterBench"/>.</summary>
/// <param name="ReadGigabytesPerSecond">One thread's measured read bandwidth, median, 10^9 bytes.</param>
/// <param name="Figures">A figure a filter.</param>
public sealed record FilterBenchResult(double ReadGigabytesPerSecond, IReadOnlyList<FilterFigure> Figures);
