using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Linr.Server.Rest;

/// <summary>Reads the parameters of paths.</summary>
internal static class RestPath
{
    private const string Id = "id";

    /// <summary>The parameters by their names.</summary>
    public static Dictionary<string, string> Read(HttpContext context)
    {
        var read = new Dictionary<string, string>();
        foreach ((string name, object? value) in context.GetRouteData().Values)
        {
            read.Add(name, name == Id ? LastPart(context) : (string)value!);
        }

        return read;
    }

    // The server leaves %2F in a path as it is, so that "a/b" and "a%2Fb" would be one id: the target as it came tells
    // them apart.
    private static string LastPart(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int end = target.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> path = target.AsSpan(0, end < 0 ? target.Length : end);
        path = path is [.. var front, '/'] ? front : path;
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}
