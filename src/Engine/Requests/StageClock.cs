using System.Collections.Immutable;
using System.Diagnostics;

namespace Linr.Engine.Requests;

/// <summary>Times the stages of a search.</summary>
internal sealed class StageClock
{
    private readonly ImmutableArray<ExplainedStage>.Builder _stages = ImmutableArray.CreateBuilder<ExplainedStage>();
    private long _started = Stopwatch.GetTimestamp();

    public ImmutableArray<ExplainedStage> Stages => _stages.ToImmutable();

    /// <summary>Ends a stage that began when the one before ended.</summary>
    public void End(string name, string detail) => End(name, detail, []);

    /// <summary>Ends a stage within which others ran that something else has timed: the rest is its own.</summary>
    public void End(string name, string detail, ReadOnlySpan<ExplainedStage> within)
    {
        long now = Stopwatch.GetTimestamp();
        double microseconds = Stopwatch.GetElapsedTime(_started, now).TotalMicroseconds;
        foreach (ExplainedStage stage in within)
        {
            _stages.Add(stage);
            microseconds -= stage.Microseconds;
        }

        _stages.Add(new ExplainedStage(name, Math.Max(microseconds, 0), detail));
        _started = now;
    }
}
