using System.Globalization;
using Linr.Server.Api;
using Linr.Server.Rest;
using Microsoft.AspNetCore.Http;

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
            headers.RetryAfter = Write(Math.Max(1, Math.Ceiling(after.TotalSeconds)));
            headers["grpc-retry-pushback-ms"] = Write(Math.Max(1, Math.Ceiling(after.TotalMilliseconds)));
        }

        if (IsGrpc(context.Request))
        {
            // A call that ends before it has begun has its status in the headers.
            context.Response.ContentType = GrpcContent;
            headers["grpc-status"] = Write((int)GrpcStatus.Of(refusal.Kind));
            headers["grpc-message"] = Uri.EscapeDataString(refusal.Message);
            return context.Response.CompleteAsync();
        }

        if (refusal.Kind == ErrorKind.Unauthenticated)
        {
            headers.WWWAuthenticate = "Bearer";
        }

        return RestProblem.Of(new ApiError(refusal.Kind, refusal.Message, [])).WriteAsync(context);
    }

    private static string Write(double number) => number.ToString("F0", CultureInfo.InvariantCulture);
}
