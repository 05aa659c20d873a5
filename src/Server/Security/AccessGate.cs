using System.Net;
using Linr.Server.Api;
using Linr.Server.Options;
using Linr.Server.Security.Audit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security;

/// <summary>Lets in who may: the host that was asked for, the page that asks, the caller, and his scopes.</summary>
internal sealed class AccessGate(RequestDelegate next, IOptions<ServerOptions> options, Credentials credentials)
{
    private static readonly Refusal s_unknown = new(
        ErrorKind.Unauthenticated,
        $"Expected a key that is good, as \"Authorization: Bearer linr_…\" or \"{Credentials.KeyHeader}\", a token or a "
        + "certificate; found none.");

    private readonly List<string> _hosts = options.Value.Listen.Hosts;

    public async Task InvokeAsync(HttpContext context)
    {
        Refusal? refusal = CheckHost(context.Request) ?? CheckOrigin(context.Request);
        if (refusal is null)
        {
            Endpoint? endpoint = context.GetEndpoint();
            Scopes needed = NeededBy(endpoint);
            Caller? caller = endpoint?.Metadata.GetMetadata<ScopeMetadata>()?.Needed == Scopes.None
                ? Caller.Anyone : await credentials.FindAsync(context).ConfigureAwait(false);
            if (caller is not null)
            {
                context.Features.Set(caller);
            }

            refusal = caller is null ? s_unknown
                : !caller.Scopes.HasFlag(needed) ? new Refusal(ErrorKind.PermissionDenied, caller.Lack(needed))
                : null;
        }

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
        => endpoint is not RouteEndpoint ? Scopes.None
            : endpoint.Metadata.GetMetadata<ScopeMetadata>()?.Needed
                ?? (CallScopes.CallOf(endpoint) is { } call ? CallScopes.Find(call) : null)
                ?? Scopes.Admin;

    /// <summary>A page of elsewhere could have its own name lead here (DNS rebinding): it still says that name.</summary>
    private Refusal? CheckHost(HttpRequest request)
    {
        string host = request.Host.Host;
        bool isRight = _hosts.Count > 0 ? _hosts.Exists(known => Fits(host, known))
            : credentials.AreAsked || IsLoopback(host);
        return isRight ? null : new Refusal(
            ErrorKind.PermissionDenied,
            _hosts.Count > 0
                ? $"Host: expected one of {string.Join(", ", _hosts)}; found \"{host}\"."
                : $"Host: expected a name of loopback, for callers are not asked who they are here; found \"{host}\".");
    }

    /// <summary>A page of elsewhere could send what needs no leave of browsers: it says where it is from.</summary>
    private static Refusal? CheckOrigin(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        bool isOwn = origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from)
                && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
        return isOwn ? null : new Refusal(
            ErrorKind.PermissionDenied, $"Origin: expected a page of {request.Host}; found \"{origin}\".");
    }

    private static bool Fits(string host, string known)
        => known.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(known[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
