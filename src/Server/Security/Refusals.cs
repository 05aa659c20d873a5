using System.Globalization;
using Linr.Server.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Linr.Server.Security;

/// <summary>Tells callers that they are not let in, in the way of gRPC or of HTTP.</summary>
internal static class Refusals
{
    private const string GrpcContent = "application/grpc";

    /// <summary>Whether a request is one of gRPC.</summary>
    public static bool IsGrpc(HttpRequest request)
        => request.ContentType?.StartsWith(GrpcContent, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Answers a request that is not let in.</summary>
    public static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        IHeaderDictionary headers = context.Response.Headers;
        if (refusal.RetryAfter is { } after)
        {
            headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            headers["grpc-retry-pushback-ms"] = Math.Max(1, (long)after.TotalMilliseconds).ToString(
                CultureInfo.InvariantCulture);
        }

        if (IsGrpc(context.Request))
        {
            // A call that ends before it has begun has its status in the headers.
            context.Response.ContentType = GrpcContent;
            headers["grpc-status"] = ((int)GrpcStatus.Of(refusal.Kind)).ToString(CultureInfo.InvariantCulture);
            headers["grpc-message"] = Uri.EscapeDataString(refusal.Message);
            return context.Response.CompleteAsync();
        }

        if (refusal.Kind == ErrorKind.Unauthenticated)
        {
            headers.WWWAuthenticate = "Bearer";
        }

        (int status, string title) = refusal.Kind switch
        {
            ErrorKind.Unauthenticated => (StatusCodes.Status401Unauthorized, "Unauthenticated"),
            ErrorKind.ResourceExhausted => (StatusCodes.Status429TooManyRequests, "Too many requests"),
            _ => (StatusCodes.Status403Forbidden, "Permission denied"),
        };
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new ProblemDetails { Status = status, Title = title, Detail = refusal.Message },
            options: null,
            contentType: "application/problem+json",
            context.RequestAborted);
    }
}
