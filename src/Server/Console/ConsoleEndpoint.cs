using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Linr.Server.Console;

/// <summary>
/// Serves the console: a page that makes the calls of REST, and asks for a key where they need one. docs/console.md.
/// </summary>
internal static class ConsoleEndpoint
{
    /// <summary>Where it is.</summary>
    public const string Path = "/";

    // Nothing but its own script and style runs, it speaks to this server alone, and no page may frame it.
    private const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'";

    private static readonly string[] s_verbs = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the routes. They give away nothing of the server: the page can be opened without a key.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup(string.Empty);
        foreach (ConsoleFile file in ConsoleFile.ReadAll())
        {
            group.MapMethods(file.Path, s_verbs, (HttpContext context) => Answer(context, file));
        }

        return group;
    }

    private static FileContentHttpResult Answer(HttpContext context, ConsoleFile file)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = file.IsImmutable ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (!TakesBrotli(context.Request))
        {
            return TypedResults.Bytes(file.Content, file.ContentType, entityTag: Tag(file.Hash));
        }

        headers.ContentEncoding = "br";
        return TypedResults.Bytes(file.Compressed, file.ContentType, entityTag: Tag(file.Hash + "-br"));
    }

    private static EntityTagHeaderValue Tag(string text) => new($"\"{text}\"");

    private static bool TakesBrotli(HttpRequest request)
        => request.GetTypedHeaders().AcceptEncoding.Any(
            one => one.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && one.Quality is not 0);
}
