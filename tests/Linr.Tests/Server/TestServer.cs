using Grpc.Net.Client;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Server.Hosting;
using Linr.Tests.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server;

/// <summary>A server on real sockets of this machine, over a folder of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private TestServer(WebApplication app)
    {
        _app = app;
        string[] addresses =
            [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        Http = new HttpClient { BaseAddress = new Uri(addresses[0]) };
        // With TLS there is one port for both.
        GrpcAddress = addresses[^1];
        _channel = GrpcChannel.ForAddress(GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        Retrieval = new V1.Retrieval.RetrievalClient(_channel);
        Items = new V1.Items.ItemsClient(_channel);
        Models = new V1.Models.ModelsClient(_channel);
    }

    public HttpClient Http { get; }

    public string GrpcAddress { get; }

    public GrpcChannel Channel => _channel;

    public IServiceProvider Services => _app.Services;

    public V1.Retrieval.RetrievalClient Retrieval { get; }

    public V1.Items.ItemsClient Items { get; }

    public V1.Models.ModelsClient Models { get; }

    /// <summary>Starts a server and waits until its models are open.</summary>
    public static async Task<TestServer> StartAsync(
        Dictionary<string, string?> settings, Action<WebApplicationBuilder>? configure = null)
    {
        var all = new Dictionary<string, string?>(settings);
        all.TryAdd("Linr:Listen:HttpPort", "0");
        all.TryAdd("Linr:Listen:GrpcPort", "0");
        all.TryAdd("Linr:Device", "Cpu");
        all.TryAdd("Linr:Threads", "1");
        WebApplication app = LinrServer.Build(
            all,
            configure: builder =>
            {
                builder.Logging.ClearProviders();
                configure?.Invoke(builder);
            });
        await app.StartAsync();
        await app.Services.GetRequiredService<CatalogueService>().Opened;
        return new TestServer(app);
    }

    /// <summary>A server of random items as model <c>items</c>, in a data folder.</summary>
    public static async Task<TestServer> StartAsync(TemporaryFolder folder, RandomItems items)
    {
        Directory.CreateDirectory(folder.File("files"));
        WriteModel(folder.File("files/items.linr"), items);
        TestServer server = await StartAsync(new Dictionary<string, string?>
        {
            ["Linr:Data"] = folder.File("data"), ["Linr:Files"] = folder.File("files"),
        });
        await server.LoadAsync("items", "1", "items.linr");
        return server;
    }

    /// <summary>Writes a model file of items, without towers.</summary>
    public static void WriteModel(string path, RandomItems items, string version = "test")
    {
        using ItemTable table = items.ToTable();
        ModelWriter.Write(path, new ModelContents { Items = table, Version = version });
    }

    /// <summary>Loads a version and waits until it is ready, or has failed.</summary>
    public async Task<V1.VersionInfo> LoadAsync(string model, string version, string file, bool promote = false)
    {
        await Models.LoadVersionAsync(new V1.LoadVersionRequest
        {
            Model = model, Version = version, File = file, Promote = promote,
        });
        while (true)
        {
            V1.ModelInfo info = await Models.GetModelAsync(new V1.GetModelRequest { Model = model });
            V1.VersionInfo one = info.Versions.Single(found => found.Version == version);
            bool isSettled = one.State == V1.VersionState.Failed
                || (one.State == V1.VersionState.Ready && info.Live.Length > 0 && (!promote || info.Live == version));
            if (isSettled)
            {
                return one;
            }

            await Task.Delay(5);
        }
    }

    /// <summary>Waits until no version of a model is being loaded.</summary>
    public async Task SettleAsync(string model)
    {
        while ((await Models.GetModelAsync(new V1.GetModelRequest { Model = model })).Versions.Any(
            one => one.State is V1.VersionState.Loading or V1.VersionState.CatchingUp))
        {
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
