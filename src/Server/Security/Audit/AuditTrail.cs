using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Linr.Server.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Linr.Server.Security.Audit;

/// <summary>Has a line written for each request that changes something, and for each that is refused.</summary>
internal sealed class AuditTrail(AuditLog log, TimeProvider time) : IMiddleware
{
    private const string GrpcStatusName = "grpc-status";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Others may replace the endpoint, to answer an error in its place.
        Endpoint? endpoint = context.GetEndpoint();
        var note = new AuditNote();
        context.Features.Set(note);
        long start = time.GetTimestamp();
        bool isThrown = true;
        try
        {
            await next(context).ConfigureAwait(false);
            isThrown = false;
        }
        finally
        {
            StatusCode outcome = isThrown ? StatusCode.Internal : OutcomeOf(context.Response, note);
            bool isKept = note.Refused is not null
                || outcome is StatusCode.PermissionDenied or StatusCode.Unauthenticated
                || (endpoint is not null && (AccessGate.NeededBy(endpoint) & (Scopes.Write | Scopes.Admin)) != 0);
            if (isKept)
            {
                log.Write(Entry(context, endpoint, note, outcome, time.GetElapsedTime(start)));
            }
        }
    }

    private AuditEntry Entry(
        HttpContext context, Endpoint? endpoint, AuditNote note, StatusCode outcome, TimeSpan elapsed)
    {
        Caller? caller = context.Features.Get<Caller>();
        return new AuditEntry
        {
            Time = time.GetUtcNow(),
            Request = context.TraceIdentifier,
            Trace = Activity.Current?.TraceId.ToString(),
            Caller = caller?.Name,
            Credential = caller?.Credential,
            Address = context.Connection.RemoteIpAddress?.ToString(),
            Method = CallScopes.CallOf(endpoint) ?? $"{context.Request.Method} {RouteOf(endpoint)}",
            Models = note.Models.Count > 0 ? note.Models : null,
            Subject = note.Subject,
            Changes = note.Changes > 0 ? note.Changes : null,
            Outcome = outcome.ToString(),
            Reason = note.Refused?.Message,
            Milliseconds = Math.Round(elapsed.TotalMilliseconds, 3),
        };
    }

    // What is not there is not written down: anybody can ask for anything.
    private static string RouteOf(Endpoint? endpoint)
        => (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    private static StatusCode OutcomeOf(HttpResponse response, AuditNote note)
    {
        if (note.Refused is { } refusal)
        {
            return GrpcStatus.Of(refusal.Kind);
        }

        string? status = response.Headers[GrpcStatusName].FirstOrDefault()
            ?? response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[GrpcStatusName].FirstOrDefault();
        if (int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out int code))
        {
            return (StatusCode)code;
        }

        return response.StatusCode switch
        {
            < StatusCodes.Status400BadRequest => StatusCode.OK,
            StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
            StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
            StatusCodes.Status404NotFound => StatusCode.NotFound,
            StatusCodes.Status409Conflict => StatusCode.FailedPrecondition,
            StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
            StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
            < StatusCodes.Status500InternalServerError => StatusCode.InvalidArgument,
            _ => StatusCode.Internal,
        };
    }
}
