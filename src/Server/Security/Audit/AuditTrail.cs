using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Linr.Server.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Linr.Server.Security.Audit;

/// <summary>Has a line written for each request that changes something, and for those that are refused.</summary>
/// <param name="next">What comes after.</param>
/// <param name="log">Where lines go.</param>
/// <param name="time">The time of lines.</param>
internal sealed class AuditTrail(RequestDelegate next, AuditLog log, TimeProvider time)
{
    private const string GrpcStatusName = "grpc-status";

    // Whoever floods the server with refusals must not push older lines out of the files that are kept.
    private readonly LineAllowance _ofUnknown = new(time);
    private readonly LineAllowance _ofKnown = new(time);

    public async Task InvokeAsync(HttpContext context)
    {
        // Others may replace the endpoint, to answer an error in its place.
        Endpoint? endpoint = context.GetEndpoint();
        var note = new AuditNote
        {
            IsKept = (AccessGate.NeededBy(endpoint) & (Scopes.Write | Scopes.Admin)) != 0,
        };
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
            Keep(context, endpoint, note, isThrown ? StatusCode.Internal : OutcomeOf(context, note), start);
        }
    }

    private void Keep(HttpContext context, Endpoint? endpoint, AuditNote note, StatusCode outcome, long start)
    {
        Caller? caller = context.Features.Get<Caller>();
        long left = 0;
        bool isRefused = note.Refused is not null || outcome is StatusCode.PermissionDenied or StatusCode.Unauthenticated;
        if (isRefused ? (caller is null ? _ofUnknown : _ofKnown).TryTake(out left) : note.IsKept)
        {
            log.Write(new AuditEntry
            {
                Time = time.GetUtcNow(),
                Request = context.TraceIdentifier,
                Trace = Activity.Current?.TraceId.ToString(),
                Caller = caller?.Name,
                Credential = caller?.Credential,
                Address = context.Connection.RemoteIpAddress?.ToString(),
                Method = CallScopes.CallOf(endpoint) ?? $"{context.Request.Method} {RouteOf(endpoint)}",
                Models = note.Models,
                Subject = note.Subject,
                Changes = note.Changes > 0 ? note.Changes : null,
                Outcome = outcome.ToString(),
                Reason = note.Refused?.Message,
                LeftOut = left > 0 ? left : null,
                Milliseconds = Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 3),
            });
        }
    }

    // What is not there is not written down: anybody can ask for anything.
    private static string RouteOf(Endpoint? endpoint)
        => (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    private static StatusCode OutcomeOf(HttpContext context, AuditNote note)
    {
        if ((note.Refused?.Kind ?? note.Failed) is { } kind)
        {
            return GrpcStatus.Of(kind);
        }

        HttpResponse response = context.Response;
        if (!Refusals.IsGrpc(context.Request))
        {
            return response.StatusCode switch
            {
                < StatusCodes.Status400BadRequest => StatusCode.OK,
                StatusCodes.Status404NotFound => StatusCode.NotFound,
                < StatusCodes.Status500InternalServerError => StatusCode.InvalidArgument,
                _ => StatusCode.Internal,
            };
        }

        // A call that has sent nothing has its status in the headers.
        string? status = response.Headers[GrpcStatusName].FirstOrDefault()
            ?? context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[GrpcStatusName].FirstOrDefault();
        return int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? (StatusCode)code
            : context.RequestAborted.IsCancellationRequested ? StatusCode.Cancelled
            : StatusCode.Unknown;
    }
}
