using System.Collections.Immutable;
using System.Text.Json;
using Linr.Server.Api;
using Linr.Server.Rest.Json;
using Linr.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Linr.Server.Rest;

/// <summary>An error as RFC 9457 has it, with every field that is wrong.</summary>
/// <param name="Status">The status of HTTP.</param>
/// <param name="Type">The last part of its type, which stays the same.</param>
/// <param name="Title">What kind of error it is, in words.</param>
/// <param name="Detail">What was expected and found.</param>
/// <param name="Problems">All problems with the fields that they are of, where they are known one by one.</param>
internal sealed record RestProblem(
    int Status, string Type, string Title, string Detail, ImmutableArray<WireProblem> Problems)
{
    /// <summary>The type of its content.</summary>
    public const string ContentType = "application/problem+json";

    private const string TypePrefix = "urn:linr:";
    private const string RetryAfterSeconds = "1";

    // A client that has gone away reads no status; proxies' logs know this one.
    private const int ClientClosed = 499;

    /// <summary>What an exception is to the caller.</summary>
    public static RestProblem Of(Exception exception)
    {
        if (exception is BadHttpRequestException { StatusCode: not StatusCodes.Status400BadRequest } bad)
        {
            return Of(bad.StatusCode, bad.Message);
        }

        return Of(ApiError.Of(exception));
    }

    /// <summary>What an error is by HTTP.</summary>
    public static RestProblem Of(ApiError error)
    {
        (int status, string type, string title) = error.Kind switch
        {
            ErrorKind.InvalidArgument => (StatusCodes.Status400BadRequest, "invalid-argument", "The request is wrong"),
            ErrorKind.NotFound => (StatusCodes.Status404NotFound, "not-found", "Not found"),
            ErrorKind.AlreadyExists => (StatusCodes.Status409Conflict, "already-exists", "It is there already"),
            ErrorKind.FailedPrecondition => (StatusCodes.Status409Conflict, "failed-precondition", "Not in this state"),
            ErrorKind.ResourceExhausted => (StatusCodes.Status429TooManyRequests, "resource-exhausted", "Too much"),
            ErrorKind.NoRoom => (StatusCodes.Status507InsufficientStorage, "no-room", "There is no room"),
            ErrorKind.DeadlineExceeded => (StatusCodes.Status504GatewayTimeout, "deadline-exceeded", "Too late"),
            ErrorKind.Cancelled => (ClientClosed, "cancelled", "Cancelled"),
            ErrorKind.Unavailable => (StatusCodes.Status503ServiceUnavailable, "unavailable", "Not now"),
            ErrorKind.Unauthenticated => (StatusCodes.Status401Unauthorized, "unauthenticated", "Unauthenticated"),
            ErrorKind.PermissionDenied => (StatusCodes.Status403Forbidden, "permission-denied", "Permission denied"),
            _ => (StatusCodes.Status500InternalServerError, "internal", "Our mistake"),
        };
        return new RestProblem(status, type, title, error.Message, error.Problems);
    }

    /// <summary>What a status says by itself, of a request that reached no call.</summary>
    public static RestProblem Of(int status, string detail)
    {
        (string type, string title) = status switch
        {
            StatusCodes.Status404NotFound => ("no-such-path", "No such path"),
            StatusCodes.Status405MethodNotAllowed => ("method-not-allowed", "The path has other methods"),
            StatusCodes.Status413PayloadTooLarge => ("too-large", "The body is too large"),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported-media-type", "The body is of another type"),
            >= StatusCodes.Status500InternalServerError => ("internal", "Our mistake"),
            _ => ("invalid-request", "The request is wrong"),
        };
        return new RestProblem(status, type, title, detail, []);
    }

    /// <summary>Answers a request with it.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable
            && response.Headers.RetryAfter.Count == 0)
        {
            response.Headers.RetryAfter = RetryAfterSeconds;
        }

        using (var json = new Utf8JsonWriter(response.BodyWriter, MessageWriter.Options))
        {
            Write(json);
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, TypePrefix + Type);
        json.WriteString("title"u8, Title);
        json.WriteNumber("status"u8, Status);
        json.WriteString("detail"u8, Detail);
        if (!Problems.IsEmpty)
        {
            json.WriteStartArray("problems"u8);
            foreach (WireProblem problem in Problems)
            {
                json.WriteStartObject();
                json.WriteString("field"u8, problem.Field);
                json.WriteString("message"u8, problem.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
