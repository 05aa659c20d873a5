using Grpc.Core;

namespace Linr.Client.Internal;

/// <summary>
/// Sends a set of changes again while no server can be reached. Only where each has a version: then it makes no
/// difference whether the first attempt arrived.
/// </summary>
internal static class WriteRetry
{
    public static async Task<TResponse> RunAsync<TResponse>(
        Func<TimeSpan?, Task<TResponse>> write,
        IReadOnlyCollection<ItemChange> changes,
        LinrClientOptions options,
        TimeProvider time,
        CancellationToken cancellation)
    {
        if (options.AttemptsMax == 1 || changes.Any(one => one.Version is null))
        {
            return await write(null).ConfigureAwait(false);
        }

        long started = time.GetTimestamp();
        TimeSpan delay = options.RetryDelay;
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? left = options.Timeout == Timeout.InfiniteTimeSpan
                ? null : options.Timeout - time.GetElapsedTime(started);
            try
            {
                return await write(left).ConfigureAwait(false);
            }
            catch (LinrException error) when (
                error.Status == StatusCode.Unavailable && attempt < options.AttemptsMax && !(left < delay))
            {
                // Clients that lost the same server do not come back at the same moment.
                await Task.Delay(delay * (0.8 + (Random.Shared.NextDouble() * 0.4)), time, cancellation)
                    .ConfigureAwait(false);
                delay = delay * 2 < options.RetryDelayMax ? delay * 2 : options.RetryDelayMax;
            }
        }
    }
}
