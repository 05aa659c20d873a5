using System.Threading.RateLimiting;
using Linr.Server.Api;
using Linr.Server.Options;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security.Traffic;

/// <summary>How many requests callers may make at once and over time. Safe for concurrent callers.</summary>
internal sealed class TrafficLimiters : IDisposable
{
    // What runs ends within milliseconds, most often.
    private static readonly TimeSpan s_retrySoon = TimeSpan.FromMilliseconds(100);
    private readonly (string Name, int Limit, PartitionedRateLimiter<Caller> Limiter)[] _limiters;

    public TrafficLimiters(IOptions<ServerOptions> options)
    {
        TrafficLimits limits = options.Value.Traffic;
        var all = new List<(string, int, PartitionedRateLimiter<Caller>)>();
        // The caller's own come first, so that who is over them takes nothing from others.
        Add("RequestsPerSecond", limits.RequestsPerSecond, caller => RateOf(caller, limits));
        Add("ConcurrentPerCallerMax", limits.ConcurrentPerCallerMax, caller => ConcurrencyOf(
            caller.Credential, limits.ConcurrentPerCallerMax));
        Add("ConcurrentMax", limits.ConcurrentMax, _ => ConcurrencyOf("all", limits.ConcurrentMax));
        _limiters = [.. all];

        void Add(string name, int limit, Func<Caller, RateLimitPartition<string>> partition)
        {
            if (limit > 0)
            {
                all.Add((name, limit, PartitionedRateLimiter.Create(partition, StringComparer.Ordinal)));
            }
        }
    }

    /// <summary>Takes a caller's request in, until the leases are disposed.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="leases">What to dispose in the end, whether he is let in or not.</param>
    /// <returns>Why he is not let in; null: he is.</returns>
    public Refusal? Enter(Caller caller, out RateLimitLease?[] leases)
    {
        leases = new RateLimitLease?[_limiters.Length];
        for (int i = 0; i < leases.Length; i++)
        {
            (string name, int limit, PartitionedRateLimiter<Caller> limiter) = _limiters[i];
            RateLimitLease lease = limiter.AttemptAcquire(caller);
            leases[i] = lease;
            if (!lease.IsAcquired)
            {
                string of = name == "RequestsPerSecond" ? "requests in a second" : "requests at once";
                return new Refusal(
                    ErrorKind.ResourceExhausted,
                    $"Traffic:{name}: expected at most {limit:N0} {of}; found one more. Try again later.")
                {
                    RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan known) ? known : s_retrySoon,
                };
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, _, PartitionedRateLimiter<Caller> limiter) in _limiters)
        {
            limiter.Dispose();
        }
    }

    private static RateLimitPartition<string> RateOf(Caller caller, TrafficLimits limits)
        => RateLimitPartition.GetTokenBucketLimiter(caller.Credential, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.RequestBurst > 0 ? limits.RequestBurst : limits.RequestsPerSecond,
            TokensPerPeriod = limits.RequestsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            AutoReplenishment = true,
            QueueLimit = 0,
        });

    private static RateLimitPartition<string> ConcurrencyOf(string key, int limit)
        => RateLimitPartition.GetConcurrencyLimiter(
            key, _ => new ConcurrencyLimiterOptions { PermitLimit = limit, QueueLimit = 0 });
}
