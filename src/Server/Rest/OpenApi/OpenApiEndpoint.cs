using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;

namespace Linr.Server.Rest.OpenApi;

/// <summary>Serves the document of OpenAPI 3.1.</summary>
internal static class OpenApiEndpoint
{
    /// <summary>Where it is.</summary>
    public const string Path = "/openapi/v1.json";

    // Made when it is first asked for: a server that nobody asks does not wait for it at its start.
    private static readonly Lazy<Task<string>> s_text = new(
        () => ContractDocument.Make().SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None));

    /// <summary>The document as JSON.</summary>
    public static Task<string> TextAsync() => s_text.Value;

    /// <summary>Adds the route.</summary>
    public static IEndpointConventionBuilder Map(WebApplication app) => app.MapGet(
        Path,
        async () => Results.Text(await TextAsync().ConfigureAwait(false), "application/json", Encoding.UTF8));
}
