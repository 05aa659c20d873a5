using System.Collections.Immutable;
using System.Diagnostics;

namespace Linr.Engine.Requests;

/// <summary>
/// Times the stages of a search, each from the end of the one before: in a few words each for an explanation, and as
/// plain times for every answer, in which a scan is one stage whatever it is made of.
/// </summary>
internal sealed class StageClock
{
    private const string Scan = "scan";

    // Embed, queue, filter, scan, rank, diversify, fetch.
    private const int StagesMax = 7;

    private readonly ImmutableArray<ExplainedStage>.Builder _stages = ImmutableArray.CreateBuilder<ExplainedStage>();
    private readonly ImmutableArray<StageTime>.Builder _times = ImmutableArray.CreateBuilder<StageTime>(StagesMax);
    private long _started = Stopwatch.GetTimestamp();

    public ImmutableArray<ExplainedStage> Stages => _stages.ToImmutable();

    /// <summary>The times, each stage once.</summary>
    public ImmutableArray<StageTime> Times => _times.ToImmutable();

    /// <summary>Ends a stage that began when the one before ended.</summary>
    public void End(string name, string detail)
        => _stages.Add(new ExplainedStage(name, Lap(name), detail));

    /// <summary>Ends a scan, or a part of one, of an answer that is not explained.</summary>
    public void EndScan() => Lap(Scan);

    /// <summary>Ends a scan, or a part of one.</summary>
    public void EndScan(string name, string detail) => EndScan(name, detail, []);

    /// <summary>Ends a scan within which stages ran that something else has timed: the rest is its own.</summary>
    public void EndScan(string name, string detail, ReadOnlySpan<ExplainedStage> within)
    {
        double microseconds = Lap(Scan);
        foreach (ExplainedStage stage in within)
        {
            _stages.Add(stage);
            microseconds -= stage.Microseconds;
        }

        _stages.Add(new ExplainedStage(name, Math.Max(microseconds, 0), detail));
    }

    private double Lap(string name)
    {
        long now = Stopwatch.GetTimestamp();
        double microseconds = Stopwatch.GetElapsedTime(_started, now).TotalMicroseconds;
        _started = now;
        for (int i = 0; i < _times.Count; i++)
        {
            if (_times[i].Name == name)
            {
                _times[i] = new StageTime(name, _times[i].Microseconds + microseconds);
                return microseconds;
            }
        }

        _times.Add(new StageTime(name, microseconds));
        return microseconds;
    }
}
