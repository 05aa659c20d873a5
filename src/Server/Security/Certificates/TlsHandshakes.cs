using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linr.Server.Options;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linr.Server.Security.Certificates;

/// <summary>How TLS begins on each new connection: with the files as they are then.</summary>
internal sealed class TlsHandshakes
{
    // Extended key usage of RFC 5280.
    private static readonly Oid s_clientAuthentication = new("1.3.6.1.5.5.7.3.2");
    private readonly ServerOptions _options;
    private readonly ReloadedFile<SslStreamCertificateContext> _server;
    private readonly ReloadedFile<X509Certificate2Collection>? _authorities;

    public TlsHandshakes(IOptions<ServerOptions> options, TimeProvider time, ILogger<TlsHandshakes> log)
    {
        _options = options.Value;
        TlsOptions tls = _options.Tls;
        _server = new ReloadedFile<SslStreamCertificateContext>(
            "Tls:CertificateFile", CertificateFiles.Of(tls), () => CertificateFiles.ReadServer(tls), time, log).Read();
        if (_options.Auth.ClientCertificates.CaFile is { } path)
        {
            _authorities = new ReloadedFile<X509Certificate2Collection>(
                "Auth:ClientCertificates:CaFile", [path], () => CertificateFiles.ReadAuthorities(path), time, log).Read();
        }
    }

    /// <summary>What Kestrel asks for each connection.</summary>
    public TlsHandshakeCallbackOptions ForKestrel() => new()
    {
        OnConnection = _ => ValueTask.FromResult(Create()),
    };

    private SslServerAuthenticationOptions Create()
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _server.Value,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        if (_authorities is null)
        {
            return options;
        }

        bool isRequired = _options.Auth.ClientCertificates.IsRequired;
        options.ClientCertificateRequired = true;
        // A session that goes on would keep what was decided with the authorities of before.
        options.AllowTlsResume = false;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(_authorities.Value);
        options.CertificateChainPolicy.ApplicationPolicy.Add(s_clientAuthentication);
        options.RemoteCertificateValidationCallback = (_, certificate, _, errors)
            => certificate is null ? !isRequired : errors == SslPolicyErrors.None;
        return options;
    }
}
