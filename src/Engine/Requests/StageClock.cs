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
    public void End(string name, string detail)
    {
        long now = Stopwatch.GetTimestamp();
        _stages.Add(new ExplainedStage(name, Stopwatch.GetElapsedTime(_started, now).TotalMicroseconds, detail));
        _started = now;
    }
}
