using System.Net;
using Linr.Server.Api;
using Linr.Server.Options;
using Linr.Server.Rest.Json;
using Linr.Server.Security.Audit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security;

/// <summary>
/// Lets in who may: the host that was asked for, the page that asks, the caller, and his scopes. What is open to all,
/// such as health, is not looked at: probes call servers by their addresses.
/// </summary>
/// <param name="next">What comes after.</param>
/// <param name="options">Which hosts there are.</param>
/// <param name="credentials">Who calls.</param>
internal sealed class AccessGate(RequestDelegate next, IOptions<ServerOptions> options, Credentials credentials)
{
    // The parameter of what gRPC answers calls with that it does not know.
    private const string UnknownRpc = "unimplementedMethod";

    private static readonly Refusal s_unknown = new(
        ErrorKind.Unauthenticated,
        $"Expected a key that is good, as \"Authorization: Bearer linr_…\" or \"{Credentials.KeyHeader}\", a token or a "
        + "certificate; found none.");

    private readonly List<string> _hosts = options.Value.Listen.Hosts;

    public async Task InvokeAsync(HttpContext context)
    {
        Endpoint? endpoint = context.GetEndpoint();
        Refusal? refusal = IsOpen(endpoint) ? Greet(context, Caller.Anyone)
            : CheckHost(context.Request) ?? await FindCallerAsync(context, endpoint).ConfigureAwait(false);
        if (refusal is null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        context.Features.Get<AuditNote>()?.Refuse(refusal);
        await Refusals.WriteAsync(context, refusal).ConfigureAwait(false);
    }

    /// <summary>
    /// What an endpoint needs. One that says nothing is for administrators; that there is none, or that it has other
    /// methods, any caller may be told.
    /// </summary>
    internal static Scopes NeededBy(Endpoint? endpoint)
        => endpoint is not RouteEndpoint route || route.RoutePattern.GetParameter(UnknownRpc) is not null ? Scopes.None
            : endpoint.Metadata.GetMetadata<ScopeMetadata>()?.Needed
                ?? (CallScopes.CallOf(endpoint) is { } call ? CallScopes.Find(call) : null)
                ?? Scopes.Admin;

    private static bool IsOpen(Endpoint? endpoint)
        => endpoint?.Metadata.GetMetadata<ScopeMetadata>() is { Needed: Scopes.None };

    private static Refusal? Greet(HttpContext context, Caller caller)
    {
        context.Features.Set(caller);
        return null;
    }

    private async ValueTask<Refusal?> FindCallerAsync(HttpContext context, Endpoint? endpoint)
    {
        if (CheckOrigin(context.Request) is { } origin)
        {
            return origin;
        }

        if (await credentials.FindAsync(context).ConfigureAwait(false) is not { } caller)
        {
            return s_unknown;
        }

        Greet(context, caller);
        Scopes needed = NeededBy(endpoint);
        return !caller.Scopes.HasFlag(needed) ? new Refusal(ErrorKind.PermissionDenied, caller.Lack(needed))
            : endpoint?.Metadata.GetMetadata<ScopeMetadata>() is { OfAllModels: true } && !caller.MayUseAll
                ? new Refusal(ErrorKind.PermissionDenied, "Expected a caller who may use all models (*); found another.")
            : null;
    }

    /// <summary>A page of elsewhere could have its own name lead here (DNS rebinding): it still says that name.</summary>
    private Refusal? CheckHost(HttpRequest request)
    {
        string host = request.Host.Host;
        bool isRight = _hosts.Count > 0 ? _hosts.Exists(known => Fits(host, known))
            : credentials.AreAsked || IsLoopback(host);
        return isRight ? null : new Refusal(
            ErrorKind.PermissionDenied,
            _hosts.Count > 0
                ? $"Host: expected one of {string.Join(", ", _hosts)}; found \"{JsonReading.Shorten(host)}\"."
                : "Host: expected a name of loopback, for callers are not asked who they are here; found "
                    + $"\"{JsonReading.Shorten(host)}\".");
    }

    /// <summary>A page of elsewhere could send what needs no leave of browsers: it says where it is from.</summary>
    private static Refusal? CheckOrigin(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        bool isOwn = origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from)
                && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
        return isOwn ? null : new Refusal(
            ErrorKind.PermissionDenied,
            $"Origin: expected a page of {JsonReading.Shorten($"{request.Host}")}; found "
            + $"\"{JsonReading.Shorten(origin)}\".");
    }

    private static bool Fits(string host, string known)
        => known.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(known[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
