using System.Security.Cryptography.X509Certificates;
using Linr.Server.Options;
using Linr.Server.Security.Certificates;
using Linr.Server.Security.Keys;
using Linr.Server.Security.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Linr.Server.Security;

/// <summary>Makes out who calls, by what he shows: a key, a token, or the certificate of his connection.</summary>
internal sealed class Credentials(
    IOptions<ServerOptions> options, KeyCallers keys, TokenCallers tokens, CertificateCallers certificates)
{
    /// <summary>The header of a key, besides <c>Authorization: Bearer</c>.</summary>
    public const string KeyHeader = "X-Api-Key";

    private const string Bearer = "Bearer ";
    private readonly bool _isConfigured = options.Value.Auth.IsConfigured;
    private readonly bool _takesCertificates = options.Value.Auth.ClientCertificates.IsConfigured;

    /// <summary>Whether callers are asked at all.</summary>
    public bool AreAsked => _isConfigured;

    /// <summary>The caller; null where he shows nothing, or what he shows is not taken.</summary>
    /// <remarks>What is wrong is refused even where something else that he shows is right: it is a mistake.</remarks>
    public ValueTask<Caller?> FindAsync(HttpContext context)
    {
        if (!_isConfigured)
        {
            return ValueTask.FromResult<Caller?>(Caller.Local);
        }

        StringValues authorization = context.Request.Headers.Authorization;
        StringValues keyHeader = context.Request.Headers[KeyHeader];
        if (authorization.Count + keyHeader.Count > 1)
        {
            return ValueTask.FromResult<Caller?>(null);
        }

        if (keyHeader.Count == 1)
        {
            return ValueTask.FromResult(keys.Find(keyHeader[0]!));
        }

        if (authorization.Count == 1)
        {
            string header = authorization[0]!;
            if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            {
                return ValueTask.FromResult<Caller?>(null);
            }

            ReadOnlySpan<char> shown = header.AsSpan(Bearer.Length).Trim();
            return shown.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal) ? ValueTask.FromResult(keys.Find(shown))
                : tokens.IsConfigured ? new ValueTask<Caller?>(tokens.FindAsync(shown.ToString()))
                : ValueTask.FromResult<Caller?>(null);
        }

        return ValueTask.FromResult(
            _takesCertificates && context.Connection.ClientCertificate is X509Certificate2 certificate
                ? certificates.Find(certificate) : null);
    }
}
