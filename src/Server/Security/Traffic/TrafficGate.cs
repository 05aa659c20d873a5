using System.Threading.RateLimiting;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Linr.Server.Options;
using Linr.Server.Rest;
using Linr.Server.Security.Audit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security.Traffic;

/// <summary>
/// Keeps callers within what they may ask for at once and over time; what is open to all is not counted.
/// </summary>
/// <param name="next">What comes after.</param>
/// <param name="options">The limits.</param>
/// <param name="limiters">Counts requests.</param>
/// <param name="bodies">Counts the bytes of bodies.</param>
/// <param name="time">Ends calls.</param>
internal sealed class TrafficGate(
    RequestDelegate next,
    IOptions<ServerOptions> options,
    TrafficLimiters limiters,
    BodyBudget bodies,
    TimeProvider time)
{
    private readonly RequestLimits _limits = options.Value.Limits;

    public async Task InvokeAsync(HttpContext context)
    {
        Caller caller = context.Caller();
        if (ReferenceEquals(caller, Caller.Anyone))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        Refusal? refusal = limiters.Enter(caller, out RateLimitLease?[] leases);
        try
        {
            if (refusal is null)
            {
                await RunAsync(context).ConfigureAwait(false);
                return;
            }

            context.Features.Get<AuditNote>()?.Refuse(refusal);
            await Refusals.WriteAsync(context, refusal).ConfigureAwait(false);
        }
        finally
        {
            foreach (RateLimitLease? lease in leases)
            {
                lease?.Dispose();
            }
        }
    }

    private async Task RunAsync(HttpContext context)
    {
        Endpoint? endpoint = context.GetEndpoint();
        bool isStream = endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } rpc
            ? rpc.Method.Type != MethodType.Unary : endpoint?.Metadata.GetMetadata<RestRoute>()?.Stream is not null;
        // What administrators ask for may wait for a whole log or write a whole snapshot.
        bool isTimed = !isStream && (AccessGate.NeededBy(endpoint) & Scopes.Admin) == 0;
        using CallTime? clock = isTimed && _limits.CallTimeout > TimeSpan.Zero
            ? CallTime.Begin(context, _limits.CallTimeout, time) : null;
        using CountedBody? body = Count(context, isStream, clock);
        await next(context).ConfigureAwait(false);
    }

    private CountedBody? Count(HttpContext context, bool isStream, CallTime? clock)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return null;
        }

        var body = new CountedBody(
            context.Features.GetRequiredFeature<IRequestBodyPipeFeature>(),
            bodies,
            clock,
            Refusals.IsGrpc(context.Request) ? _limits.BodyBytesMax : null,
            isStream);
        context.Features.Set<IRequestBodyPipeFeature>(body);
        context.Features.Set(body);
        return body;
    }
}
