using System.IO.Compression;
using Linr.Server.Rest.Json;
using Linr.Server.Rest.OpenApi;
using Linr.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;

namespace Linr.Server.Rest;

/// <summary>
/// REST: the calls of the contract by HTTP and JSON, with their document and a page to read it. docs/rest.md.
/// </summary>
internal static class RestEndpoints
{
    /// <summary>Adds what the endpoints need.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<RestApis>();
        services.AddSingleton<RestHandler>();
        services.AddRequestDecompression();
        services.AddResponseCompression(compression =>
        {
            // Answers hold no secret beside what the caller sends, which is what compression could give away.
            compression.EnableForHttps = true;
            compression.MimeTypes =
            [
                "application/json", "application/x-ndjson", RestProblem.ContentType, "text/html", "text/javascript",
                "application/javascript",
            ];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
    }

    /// <summary>Adds the endpoints.</summary>
    public static void Map(WebApplication app)
    {
        app.UseRequestDecompression();
        app.UseResponseCompression();
        app.UseStatusCodePages(WriteStatusAsync);
        RestHandler handler = app.Services.GetRequiredService<RestHandler>();
        foreach (RestRoute route in RestRoutes.All)
        {
            app.MapMethods(route.Path, [route.Verb], (RequestDelegate)(context => handler.HandleAsync(context, route)))
                .WithName(route.Name)
                .WithDisplayName(route.CallName)
                .WithMetadata(route)
                .IsCall(route.CallName);
        }

        // What calls there are is no secret; browsers open pages without a key.
        OpenApiEndpoint.Map(app).IsOpen();
        ReferencePage.Map(app).IsOpen();
    }

    // What no endpoint has answered.
    private static Task WriteStatusAsync(StatusCodeContext status)
    {
        HttpRequest request = status.HttpContext.Request;
        int code = status.HttpContext.Response.StatusCode;
        string path = JsonReading.Shorten(request.Path.ToString());
        string detail = code switch
        {
            StatusCodes.Status404NotFound => $"Expected a path that {OpenApiEndpoint.Path} has; found {path}.",
            StatusCodes.Status405MethodNotAllowed =>
                $"Expected {status.HttpContext.Response.Headers.Allow} of {path}; found {request.Method}.",
            _ => $"{request.Method} {path} cannot be answered.",
        };
        return RestProblem.Of(code, detail).WriteAsync(status.HttpContext);
    }
}
