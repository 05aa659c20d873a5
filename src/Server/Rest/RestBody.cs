using System.IO.Pipelines;
using Google.Protobuf;
using Linr.Server.Options;
using Linr.Server.Rest.Json;
using Linr.Server.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Linr.Server.Rest;

/// <summary>Reads the bodies of requests.</summary>
internal static class RestBody
{
    private const string Json = "application/json";

    /// <summary>Reads the body of a request into the part of the request's message that it is.</summary>
    /// <exception cref="BadHttpRequestException">The body is of another type, or too large.</exception>
    /// <exception cref="WireException">It is no JSON, or does not fit.</exception>
    public static async ValueTask ReadAsync(HttpContext context, RestRoute route, IMessage request)
    {
        bool hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (route.Body is not { } body)
        {
            if (hasBody)
            {
                throw new WireException("body", "expected none; found one.");
            }

            return;
        }

        if (!hasBody)
        {
            if (!route.BodyIsOptional)
            {
                throw new WireException("body", "expected a JSON object; found no body.");
            }

            return;
        }

        CheckType(context.Request);
        PipeReader reader = context.Request.BodyReader;
        ReadResult all = await ReadAllAsync(reader, context).ConfigureAwait(false);
        MessageReader.Read(all.Buffer, body(request), route.Elsewhere);
        reader.AdvanceTo(all.Buffer.End);
    }

    private static async ValueTask<ReadResult> ReadAllAsync(PipeReader reader, HttpContext context)
    {
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
                if (read.IsCompleted)
                {
                    return read;
                }

                // All was looked at and none of it is done with: the rest comes behind it.
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new BadHttpRequestException(
                $"Limits:{nameof(RequestLimits.BodyBytesMax)}: expected a body of at most "
                + $"{context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize:N0} bytes; found "
                + $"{(context.Request.ContentLength is { } length ? $"one of {length:N0}" : "a larger one")}.",
                error.StatusCode,
                error);
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            // What decompresses says so in either way.
            throw new WireException(
                "body", "expected a body that is compressed as its Content-Encoding says; found another.");
        }
    }

    // A page of another origin may send texts and forms without asking; so nothing but JSON is taken.
    private static void CheckType(HttpRequest request)
    {
        bool isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            string found = JsonReading.Shorten(request.ContentType ?? string.Empty);
            throw new BadHttpRequestException(
                $"Content-Type: expected {Json}, in UTF-8; found \"{found}\".",
                StatusCodes.Status415UnsupportedMediaType);
        }

        // What can be decompressed has been by now.
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding)
        {
            string found = JsonReading.Shorten(encoding.ToString());
            throw new BadHttpRequestException(
                $"Content-Encoding: expected br, gzip or deflate; found \"{found}\".",
                StatusCodes.Status415UnsupportedMediaType);
        }
    }
}
