using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Linr.Client.Internal;

/// <summary>Makes the channel that options describe.</summary>
internal static class ChannelFactory
{
    /// <summary>Of several servers; the name after it is never resolved.</summary>
    private const string StaticTarget = "static:///linr";

    // What changes nothing may be sent again. Of the services' calls that change something only Write ever is, by
    // WriteRetry.
    private static readonly MethodName[] s_idempotent =
    [
        new() { Service = "linr.v1.Retrieval" },
        new() { Service = "linr.v1.Items", Method = "Get" },
        new() { Service = "linr.v1.Items", Method = "Scroll" },
        new() { Service = "linr.v1.Models", Method = "ListModels" },
        new() { Service = "linr.v1.Models", Method = "GetModel" },
    ];

    public static GrpcChannel Create(LinrClientOptions options, ILoggerFactory? loggerFactory)
    {
        Uri[] addresses = [.. options.Addresses.Select(one => new Uri(one))];
        var channel = new GrpcChannelOptions
        {
            HttpHandler = CreateHandler(options),
            DisposeHttpClient = true,
            LoggerFactory = loggerFactory,
            MaxReceiveMessageSize = options.AnswerBytesMax,
            MaxSendMessageSize = null,
            MaxRetryAttempts = options.AttemptsMax,
            DisableResolverServiceConfig = true,
            ServiceConfig = new ServiceConfig(),
        };
        if (options.AttemptsMax > 1)
        {
            channel.ServiceConfig.MethodConfigs.Add(CreateRetries(options));
        }

        if (addresses.Length == 1)
        {
            return GrpcChannel.ForAddress(addresses[0], channel);
        }

        channel.Credentials = addresses[0].Scheme == Uri.UriSchemeHttps
            ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        channel.ServiceConfig.LoadBalancingConfigs.Add(new RoundRobinConfig());
        channel.ServiceProvider = new ResolverServices(new StaticResolverFactory(
            _ => addresses.Select(one => new BalancerAddress(one.Host, one.Port))));
        return GrpcChannel.ForAddress(StaticTarget, channel);
    }

    private static MethodConfig CreateRetries(LinrClientOptions options)
    {
        var method = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = options.AttemptsMax,
                InitialBackoff = options.RetryDelay,
                MaxBackoff = options.RetryDelayMax,
                BackoffMultiplier = 2,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (MethodName name in s_idempotent)
        {
            method.Names.Add(name);
        }

        return method;
    }

    private static SocketsHttpHandler CreateHandler(LinrClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePingDelay = options.KeepAlive,
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        if (options.TrustedRoots is { } roots)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // An authority of one's own seldom publishes what it revoked.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(roots);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        if (options.ClientCertificate is { } certificate)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
                certificate, additionalCertificates: null, offline: true);
        }

        return handler;
    }
}
