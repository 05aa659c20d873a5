using System.Net;
using Linr.Engine;
using Linr.Server.Api;
using Linr.Server.Console;
using Linr.Server.Grpc;
using Linr.Server.Models;
using Linr.Server.Options;
using Linr.Server.Rest;
using Linr.Server.Telemetry;
using Linr.Server.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linr.Server.Hosting;

/// <summary>Builds the service: models behind gRPC and REST, on Kestrel. docs/service.md.</summary>
public static class LinrServer
{
    private const string Live = "live";
    private const string Ready = "ready";
    private const string Startup = "startup";

    /// <summary>
    /// A server that is set up and not yet started. It reads <c>appsettings.json</c>, the environment
    /// (<c>Linr__Listen__HttpPort</c>) and then what is given here.
    /// </summary>
    /// <param name="settings">Settings by their path, such as <c>Linr:Listen:HttpPort</c>; they win.</param>
    /// <param name="retriever">How retrievers run, but for their device and threads; null: as usual.</param>
    /// <param name="configure">Changes the services, in tests and hosts of their own; null: nothing.</param>
    /// <exception cref="ArgumentException">Settings are wrong; the message lists every problem.</exception>
    public static WebApplication Build(
        IReadOnlyDictionary<string, string?> settings,
        RetrieverOptions? retriever = null,
        Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // Settings are read once. Else the whole folder that it is started in would be watched for a change of them.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton(retriever ?? new RetrieverOptions());

        // A server that is not ready yet is asked often whether it is: no failure.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        AddServices(builder);
        builder.WebHost.ConfigureKestrel(Listen);
        configure?.Invoke(builder);
        try
        {
            WebApplication app = builder.Build();
            Map(app);
            return app;
        }
        catch (OptionsValidationException error)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, error.Failures), nameof(settings), error);
        }
        catch (InvalidOperationException error) when (error.Message.Contains("ErrorOnUnknown", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"{ServerOptions.Section}: expected settings of docs/service.md; found others: {error.Message}",
                nameof(settings),
                error);
        }
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddOptions<ServerOptions>()
            .Bind(
                builder.Configuration.GetSection(ServerOptions.Section),
                binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsCheck>();
        services.AddSingleton<IOptions<RequestLimits>>(
            provider => Microsoft.Extensions.Options.Options.Create(
                provider.GetRequiredService<IOptions<ServerOptions>>().Value.Limits));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ModelCatalogue>();
        services.AddSingleton<PreparedFilters>();
        services.AddLinrTelemetry(builder.Configuration);
        services.AddSingleton<SearchApi>();
        services.AddSingleton<ItemsApi>();
        services.AddSingleton<ModelsApi>();
        services.AddSingleton<CatalogueService>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogueService>());
        services.AddOptions<HostOptions>().Configure<IOptions<ServerOptions>>(
            (host, server) => host.ShutdownTimeout = server.Value.DrainTimeout);
        services.AddGrpc();
        services.AddOptions<global::Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<RequestLimits>>(
            (grpc, limits) =>
            {
                grpc.Interceptors.Add<ErrorInterceptor>();
                grpc.MaxReceiveMessageSize = (int)Math.Min(limits.Value.BodyBytesMax, int.MaxValue);
                grpc.MaxSendMessageSize = null;
            });
        services.AddGrpcReflection();
        RestEndpoints.Add(services);
        services.AddHealthChecks()
            .AddCheck<StartupCheck>(Startup, tags: [Startup])
            .AddCheck<ReadyCheck>(Ready, tags: [Ready]);
        services.AddGrpcHealthChecks(health =>
        {
            health.Services.Map(string.Empty, check => check.Tags.Contains(Ready));
            health.Services.Map("linr.v1.Retrieval", check => check.Tags.Contains(Ready));
            health.Services.Map("linr.v1.Items", check => check.Tags.Contains(Ready));
        });
    }

    private static void Listen(WebHostBuilderContext context, KestrelServerOptions kestrel)
    {
        ServerOptions options = kestrel.ApplicationServices.GetRequiredService<IOptions<ServerOptions>>().Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.Limits.BodyBytesMax;
        var address = IPAddress.Parse(options.Listen.Address);
        kestrel.Listen(address, options.Listen.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(address, options.Listen.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
    }

    private static void Map(WebApplication app)
    {
        RestEndpoints.Map(app);
        ConsoleEndpoint.Map(app);
        app.MapGrpcService<RetrievalService>();
        app.MapGrpcService<ItemsService>();
        app.MapGrpcService<ModelsService>();
        StatsEndpoint.Map(app);
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();
        app.MapHealthChecks("/health/live", new() { Predicate = check => check.Tags.Contains(Live) });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains(Ready) });
        app.MapHealthChecks("/health/startup", new() { Predicate = check => check.Tags.Contains(Startup) });
    }
}
