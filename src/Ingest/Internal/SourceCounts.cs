using Linr.Index.Live;

namespace Linr.Ingest.Internal;

/// <summary>
/// What is counted of a source; safe for its stages, which run beside each other, and for those that look on.
/// </summary>
internal sealed class SourceCounts(DateTimeOffset? committedAt)
{
    private long _applied;
    private long _stale;
    private long _poison;
    private long _reconnects;
    private long _queued;
    private long _acknowledged;
    private long _committedTicks = committedAt?.UtcTicks ?? 0;

    /// <summary>Groups that were acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public void AddQueued(int changes) => Interlocked.Add(ref _queued, changes);

    public void ClearQueue() => Interlocked.Exchange(ref _queued, 0);

    public void AddPoison(int records) => Interlocked.Add(ref _poison, records);

    public void AddReconnect() => Interlocked.Increment(ref _reconnects);

    public void AddAcknowledged() => Interlocked.Increment(ref _acknowledged);

    /// <summary>Changes that can be seen now.</summary>
    public void AddMade(ChangeResult result)
    {
        Interlocked.Add(ref _applied, result.Upserted + result.Updated + result.Deleted);
        Interlocked.Add(ref _stale, result.Stale + result.Missing);
    }

    /// <summary>Up to here can be seen.</summary>
    public void AddSeen(int changes, DateTimeOffset? committed)
    {
        Interlocked.Add(ref _queued, -changes);
        if (committed is { } time && time.UtcTicks > Interlocked.Read(ref _committedTicks))
        {
            Interlocked.Exchange(ref _committedTicks, time.UtcTicks);
        }
    }

    public SourceStatus AddTo(SourceStatus status, DateTimeOffset now)
    {
        long ticks = Interlocked.Read(ref _committedTicks);
        return status with
        {
            Freshness = ticks == 0 ? null : TimeSpan.FromTicks(Math.Max(0, now.UtcTicks - ticks)),
            Applied = Interlocked.Read(ref _applied),
            Stale = Interlocked.Read(ref _stale),
            Poison = Interlocked.Read(ref _poison),
            Reconnects = Interlocked.Read(ref _reconnects),
            Queued = Math.Max(0, Interlocked.Read(ref _queued)),
        };
    }
}
