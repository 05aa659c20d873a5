using System.Threading.RateLimiting;
using Linr.Server.Api;
using Linr.Server.Options;
using Linr.Server.Security.Audit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security.Traffic;

/// <summary>Keeps callers within what they may ask for at once and over time; what is open to all is not counted.</summary>
internal sealed class TrafficGate : IMiddleware, IDisposable
{
    // What runs ends within milliseconds, most often.
    private static readonly TimeSpan s_retrySoon = TimeSpan.FromMilliseconds(100);
    private readonly BodyBudget _bodies;
    private readonly long _bodyBytesMax;
    private readonly (string Name, int Limit, PartitionedRateLimiter<Caller> Limiter)[] _limiters;

    public TrafficGate(IOptions<ServerOptions> options, BodyBudget bodies)
    {
        (_bodies, _bodyBytesMax) = (bodies, options.Value.Limits.BodyBytesMax);
        TrafficLimits limits = options.Value.Traffic;
        // The caller's own come first, so that who is over them takes nothing from others.
        _limiters =
        [
            .. new (string, int, Func<Caller, RateLimitPartition<string>>)[]
            {
                ("RequestsPerSecond", limits.RequestsPerSecond, caller => RateOf(caller, limits)),
                ("ConcurrentPerCallerMax", limits.ConcurrentPerCallerMax, caller => ConcurrencyOf(
                    caller.Credential, limits.ConcurrentPerCallerMax)),
                ("ConcurrentMax", limits.ConcurrentMax, _ => ConcurrencyOf("all", limits.ConcurrentMax)),
            }
            .Where(one => one.Item2 > 0)
            .Select(one => (one.Item1, one.Item2, PartitionedRateLimiter.Create(one.Item3, StringComparer.Ordinal))),
        ];
    }

    public void Dispose()
    {
        foreach ((_, _, PartitionedRateLimiter<Caller> limiter) in _limiters)
        {
            limiter.Dispose();
        }
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Caller caller = context.Caller();
        if (ReferenceEquals(caller, Caller.Anyone))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var leases = new RateLimitLease[_limiters.Length];
        CountedBody? body = null;
        try
        {
            if (Enter(caller, leases) is { } refusal)
            {
                context.Features.Get<AuditNote>()?.Refuse(refusal);
                await Refusals.WriteAsync(context, refusal).ConfigureAwait(false);
                return;
            }

            body = Count(context);
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            body?.Release();
            foreach (RateLimitLease? lease in leases)
            {
                lease?.Dispose();
            }
        }
    }

    private Refusal? Enter(Caller caller, RateLimitLease[] leases)
    {
        for (int i = 0; i < leases.Length; i++)
        {
            (string name, int limit, PartitionedRateLimiter<Caller> limiter) = _limiters[i];
            leases[i] = limiter.AttemptAcquire(caller);
            if (!leases[i].IsAcquired)
            {
                TimeSpan after = leases[i].TryGetMetadata(MetadataName.RetryAfter, out TimeSpan known) ? known : s_retrySoon;
                return new Refusal(
                    ErrorKind.ResourceExhausted,
                    $"Traffic:{name}: expected at most {limit:N0} requests; found one more. Try again later.")
                {
                    RetryAfter = after,
                };
            }
        }

        return null;
    }

    private CountedBody? Count(HttpContext context)
    {
        bool hasBody = _bodies.IsLimited
            && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
        if (!hasBody)
        {
            return null;
        }

        var body = new CountedBody(
            context.Request.BodyReader, _bodies, _bodyBytesMax, Refusals.IsGrpc(context.Request));
        context.Features.Set<IRequestBodyPipeFeature>(body);
        return body;
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
