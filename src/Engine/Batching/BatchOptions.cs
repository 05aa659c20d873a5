namespace Linr.Engine.Batching;

/// <summary>How requests of many callers are put together into batches.</summary>
public sealed record BatchOptions
{
    /// <summary>Requests of one batch, 1 to <see cref="Limits.QueriesMax"/>.</summary>
    public int QueriesMax { get; init; } = 256;

    /// <summary>Requests that may wait; one more is refused at once.</summary>
    public int QueueDepthMax { get; init; } = 1_024;

    /// <summary>
    /// Batches that may run at once. One is right unless most batches are full: a second one then hides what the host
    /// does for the first, but under less load it only makes batches smaller.
    /// </summary>
    public int ConcurrentBatches { get; init; } = 1;

    /// <summary>How long a batch that is not full waits for more requests while another batch runs.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMicroseconds(300);

    /// <summary>
    /// How long a request may wait before its scan begins, if it does not say so itself; null: as long as it takes.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal BatchOptions Check()
    {
        Check(nameof(QueriesMax), QueriesMax, Limits.QueriesMax);
        Check(nameof(QueueDepthMax), QueueDepthMax, 1_000_000);
        Check(nameof(ConcurrentBatches), ConcurrentBatches, 16);
        if (Window < TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(Window)}: expected 0 or more; found {Window}.");
        }

        if (Timeout is { } timeout)
        {
            CheckTimeout(timeout);
        }

        return this;
    }

    /// <exception cref="ArgumentException">The time is negative.</exception>
    internal static void CheckTimeout(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(timeout)}: expected 0 or more; found {timeout}.", nameof(timeout));
        }
    }

    private static void Check(string name, int value, int most)
    {
        if (value < 1 || value > most)
        {
            throw new ArgumentException($"{name}: expected 1 to {most}; found {value}.");
        }
    }
}
