namespace Linr.Tests.Engine.Batching;

/// <summary>Time that stands still until a test moves it; a timestamp a microsecond.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _microseconds = 1_000_000;

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => Interlocked.Read(ref _microseconds);

    public void Pass(long microseconds) => Interlocked.Add(ref _microseconds, microseconds);
}
