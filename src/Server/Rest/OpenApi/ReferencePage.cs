using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Scalar.AspNetCore;

namespace Linr.Server.Rest.OpenApi;

/// <summary>Serves a page on which the document can be read and calls be tried. It needs no other server.</summary>
internal static class ReferencePage
{
    /// <summary>Where it is.</summary>
    public const string Path = "/reference";

    // Browsers ask nobody but this server, whatever the page's script would.
    private const string ContentPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        + "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        + "frame-ancestors 'none'";

    /// <summary>Adds the routes.</summary>
    public static IEndpointConventionBuilder Map(WebApplication app)
    {
        IEndpointConventionBuilder page = app.MapScalarApiReference(Path, options => options
            .WithTitle("Linr")
            .WithOpenApiRoutePattern(OpenApiEndpoint.Path)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools());
        page.Add(endpoint =>
        {
            RequestDelegate answer = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
                return answer(context);
            };
        });
        return page;
    }
}
