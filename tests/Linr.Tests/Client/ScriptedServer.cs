using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Client;

/// <summary>
/// The contract on a real socket, answered as a test says: for what a good server does not do when it is wanted.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app, Script script)
    {
        _app = app;
        Script = script;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
            .Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
    }

    public string Address { get; }

    public Script Script { get; }

    public static async Task<ScriptedServer> StartAsync(
        X509Certificate2? certificate = null, string? clientThumbprint = null)
    {
        var script = new Script();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
            {
                listen.UseHttps(certificate, https =>
                {
                    https.ClientCertificateMode = clientThumbprint is null
                        ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (found, _, _) => found.Thumbprint == clientThumbprint;
                });
            }
        }));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(script);
        WebApplication app = builder.Build();
        app.MapGrpcService<Searches>();
        app.MapGrpcService<Writes>();
        await app.StartAsync();
        return new ScriptedServer(app, script);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private sealed class Searches(Script script) : V1.Retrieval.RetrievalBase
    {
        public override Task<V1.SearchResponse> Search(V1.SearchRequest request, ServerCallContext context)
        {
            script.Headers.Enqueue(context.RequestHeaders);
            return script.Search(request, context);
        }
    }

    private sealed class Writes(Script script) : V1.Items.ItemsBase
    {
        public override Task<V1.WriteResponse> Write(V1.WriteRequest request, ServerCallContext context)
        {
            script.Headers.Enqueue(context.RequestHeaders);
            return script.Write(request, context);
        }

        public override Task WriteStream(
            IAsyncStreamReader<V1.WriteRequest> requestStream,
            IServerStreamWriter<V1.WriteResponse> responseStream,
            ServerCallContext context)
            => script.WriteStream(requestStream, responseStream);
    }
}
