using System.Collections.Concurrent;

namespace Linr.Bench.Load;

/// <summary>What happened while clients searched.</summary>
internal sealed class LoadRun
{
    /// <summary>The time of each search that was answered.</summary>
    public ConcurrentBag<long> Ticks { get; } = [];

    /// <summary>Searches that failed, by why.</summary>
    public ConcurrentDictionary<string, int> Errors { get; } = new();

    /// <summary>From the first search until the last answer.</summary>
    public TimeSpan Elapsed { get; set; }

    public double AnsweredPerSecond => Ticks.Count / Elapsed.TotalSeconds;
}
