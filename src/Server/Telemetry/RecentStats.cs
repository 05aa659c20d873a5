using System.Collections.Concurrent;

namespace Linr.Server.Telemetry;

/// <summary>The last minute of each model, a point a second. Safe for concurrent callers.</summary>
/// <param name="time">Tells the seconds.</param>
internal sealed class RecentStats(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Model, OperationKind Kind), RecentSeries> _series = new();

    /// <summary>The newest second that is whole.</summary>
    public long LastSecond => time.GetUtcNow().ToUnixTimeSeconds() - 1;

    /// <summary>Adds a request; those of models that are not known count nowhere.</summary>
    public void Add(string model, string operation, TimeSpan took, bool failed)
    {
        if (model.Length == 0 || OperationKinds.Of(operation) is not { } kind)
        {
            return;
        }

        _series.GetOrAdd((model, kind), _ => new RecentSeries()).Add(
            time.GetUtcNow().ToUnixTimeSeconds(), took, failed);
    }

    /// <summary>The points of a model up to a second, the oldest first.</summary>
    public RecentPoint[] Read(string model, OperationKind kind, long lastSecond)
        => _series.TryGetValue((model, kind), out RecentSeries? series)
            ? series.Read(lastSecond) : new RecentPoint[RecentSeries.Seconds];
}
