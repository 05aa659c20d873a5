namespace Linr.Ingest.Internal;

/// <summary>
/// The time between two tries, which doubles; of each up to a half is left out by chance, so that many do not try at
/// once.
/// </summary>
internal sealed class RetryDelay(IngestorOptions options)
{
    private TimeSpan _next = options.RetryDelay;

    /// <summary>Something went well: the next time is the shortest again.</summary>
    public void Reset() => _next = options.RetryDelay;

    /// <summary>Waits; false where it was cancelled.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        TimeSpan delay = _next * (1 - (Random.Shared.NextDouble() / 2));
        _next = _next * 2 < options.RetryDelayMax ? _next * 2 : options.RetryDelayMax;
        await Task.Delay(delay, options.Time, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellation.IsCancellationRequested;
    }
}
