using System.Net;
using Linr.Server.Options;
using Linr.Server.Security;
using Linr.Server.Security.Audit;
using Linr.Server.Security.Certificates;
using Linr.Server.Security.Keys;
using Linr.Server.Security.Tokens;
using Linr.Server.Security.Traffic;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Linr.Server.Hosting;

/// <summary>Who gets in, by which port, and how much of it. docs/security.md.</summary>
internal static class SecurityHosting
{
    /// <summary>Adds what the gates need, and the ports.</summary>
    public static void AddLinrSecurity(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton<KeyCallers>();
        services.AddSingleton<TokenCallers>();
        services.AddSingleton<CertificateCallers>();
        services.AddSingleton<Credentials>();
        services.AddSingleton<TlsHandshakes>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<TrafficLimiters>();
        services.AddSingleton(provider => new BodyBudget(
            provider.GetRequiredService<IOptions<ServerOptions>>().Value.Traffic.BodyBytesInFlightMax));
        builder.WebHost.ConfigureKestrel(Listen);
    }

    /// <summary>Puts the gates before all endpoints.</summary>
    public static void UseLinrSecurity(this WebApplication app)
    {
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<AuditTrail>();
        app.UseMiddleware<AccessGate>();
        app.UseMiddleware<TrafficGate>();
    }

    private static void Listen(KestrelServerOptions kestrel)
    {
        ServerOptions options = kestrel.ApplicationServices.GetRequiredService<IOptions<ServerOptions>>().Value;
        TrafficLimits traffic = options.Traffic;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.Limits.BodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = traffic.ConnectionsMax > 0 ? traffic.ConnectionsMax : null;
        kestrel.Limits.MaxRequestHeadersTotalSize = traffic.HeaderBytesMax;
        kestrel.Limits.RequestHeadersTimeout = traffic.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = traffic.IdleTimeout;
        var address = IPAddress.Parse(options.Listen.Address);
        if (options.Tls.IsConfigured)
        {
            TlsHandshakes handshakes = kestrel.ApplicationServices.GetRequiredService<TlsHandshakes>();
            kestrel.Listen(address, options.Listen.HttpPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(handshakes.ForKestrel());
            });
            return;
        }

        // Without TLS nobody agrees on a protocol first, so that each has its port.
        kestrel.Listen(address, options.Listen.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(address, options.Listen.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
    }
}
