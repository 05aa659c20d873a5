using System.Diagnostics;

namespace Linr.Bench.Load;

/// <summary>Times of many requests, of all of which the quantiles are.</summary>
internal sealed class Latencies(IEnumerable<long> ticks)
{
    private readonly long[] _sorted = [.. ticks.Order()];

    public int Count => _sorted.Length;

    public double MaxMs => Ms(1);

    /// <summary>The time that so large a share of requests did not exceed; not a number where there are none.</summary>
    public double Ms(double share) => Count == 0
        ? double.NaN
        : _sorted[Math.Max((int)Math.Ceiling(share * Count) - 1, 0)] * 1_000.0 / Stopwatch.Frequency;
}
