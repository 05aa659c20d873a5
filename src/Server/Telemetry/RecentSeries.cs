namespace Linr.Server.Telemetry;

/// <summary>Requests of one kind, by the second, for a minute. Safe for concurrent callers.</summary>
internal sealed class RecentSeries
{
    /// <summary>Points that are kept.</summary>
    public const int Seconds = 60;

    private readonly Lock _lock = new();
    private readonly Second[] _seconds = [.. Enumerable.Range(0, Seconds + 2).Select(_ => new Second())];

    /// <summary>Adds a request.</summary>
    public void Add(long second, TimeSpan took, bool failed)
    {
        lock (_lock)
        {
            Second place = _seconds[second % _seconds.Length];
            if (place.Number != second)
            {
                place.Number = second;
                place.Errors = 0;
                place.Times.Clear();
            }

            place.Times.Add(took);
            place.Errors += failed ? 1 : 0;
        }
    }

    /// <summary>The points up to a second, the oldest first.</summary>
    public RecentPoint[] Read(long last)
    {
        var points = new RecentPoint[Seconds];
        lock (_lock)
        {
            for (int i = 0; i < Seconds; i++)
            {
                long number = last - Seconds + 1 + i;
                Second place = _seconds[number % _seconds.Length];
                points[i] = place.Number != number ? default : new RecentPoint(
                    place.Times.Count,
                    place.Errors,
                    place.Times.Percentile(0.5),
                    place.Times.Percentile(0.95),
                    place.Times.Percentile(0.99));
            }
        }

        return points;
    }

    private sealed class Second
    {
        public long Number { get; set; } = -1;

        public int Errors { get; set; }

        public LatencyBuckets Times { get; } = new();
    }
}
