using System.Text.Json;
using Google.Protobuf;
using Linr.Server.Api;
using Linr.Server.Rest.Json;
using Linr.Server.Security;
using Linr.Server.Security.Audit;
using Linr.Server.Security.Traffic;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Linr.Server.Rest;

/// <summary>Answers requests: JSON in, the same call as gRPC's, JSON out.</summary>
internal sealed partial class RestHandler(RestApis apis, ILogger<RestHandler> log)
{
    private const string Json = "application/json; charset=utf-8";
    private const string JsonLines = "application/x-ndjson; charset=utf-8";

    /// <summary>Answers a request of a route.</summary>
    public async Task HandleAsync(HttpContext context, RestRoute route)
    {
        try
        {
            IMessage request = route.Create();
            RestQuery.Read(context.Request.Query, route, request);
            await RestBody.ReadAsync(context, route, request).ConfigureAwait(false);
            route.Bind(request, RestPath.Read(context));
            context.Features.Get<AuditNote>()?.Read(request);
            await AnswerAsync(context, route, request).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await FailAsync(context, route, error).ConfigureAwait(false);
        }
    }

    private Task AnswerAsync(HttpContext context, RestRoute route, IMessage request)
        => route.Stream is null
            ? AnswerOnceAsync(context, route, request)
            : AnswerInPartsAsync(context, route.Stream(apis, request, context.Caller(), context.RequestAborted));

    private async Task AnswerOnceAsync(HttpContext context, RestRoute route, IMessage request)
    {
        IMessage answer = await route.Call!(apis, request, context.Caller(), context.RequestAborted)
            .ConfigureAwait(false);
        HttpResponse response = context.Response;
        response.StatusCode = route.Status;
        if (route.Status == StatusCodes.Status204NoContent)
        {
            return;
        }

        response.ContentType = Json;
        response.Headers.CacheControl = "no-store";
        using (var writer = new Utf8JsonWriter(response.BodyWriter, MessageWriter.Options))
        {
            MessageWriter.Write(writer, answer);
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task AnswerInPartsAsync(HttpContext context, IAsyncEnumerable<IMessage> parts)
    {
        HttpResponse response = context.Response;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, MessageWriter.Options);
        await foreach (IMessage part in parts.ConfigureAwait(false))
        {
            // An error before the first part still has its own status.
            if (!response.HasStarted)
            {
                response.ContentType = JsonLines;
                response.Headers.CacheControl = "no-store";
            }

            MessageWriter.Write(writer, part);
            await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            "\n"u8.CopyTo(response.BodyWriter.GetSpan(1));
            response.BodyWriter.Advance(1);
            await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            writer.Reset();
        }
    }

    private async Task FailAsync(HttpContext context, RestRoute route, Exception error)
    {
        error = CallTime.Explain(context, error);
        var told = ApiError.Of(error);
        context.Features.Get<AuditNote>()?.Fail(told.Kind);
        if (told.IsOurs)
        {
            LogFailure(error, route.Verb, route.Path);
        }

        if (context.Response.HasStarted)
        {
            // A part that cannot be finished must not look like an end.
            context.Abort();
            return;
        }

        context.Response.Clear();
        RequestIds.Tell(context);
        await RestProblem.Of(error).WriteAsync(context).ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "{Verb} {Path} failed.")]
    private partial void LogFailure(Exception error, string verb, string path);
}
