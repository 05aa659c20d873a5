using Linr.Engine;
using Linr.Server.Api;
using Linr.Server.Console;
using Linr.Server.Grpc;
using Linr.Server.Models;
using Linr.Server.Options;
using Linr.Server.Rest;
using Linr.Server.Security;
using Linr.Server.Telemetry;
using Linr.Server.Wire;
using Microsoft.AspNetCore.Builder;
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
        builder.AddLinrSecurity();
        configure?.Invoke(builder);
        try
        {
            WebApplication app = builder.Build();
            app.UseLinrSecurity();
            Map(app);
            return app;
        }
        catch (OptionsValidationException error)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, error.Failures), nameof(settings), error);
        }
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton<SettingsReader>();
        services.AddOptions<ServerOptions>()
            .Configure<SettingsReader>((options, settings) => settings.Bind(options))
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
                grpc.Interceptors.Add<MessageInterceptor>();
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

    private static void Map(WebApplication app)
    {
        RestEndpoints.Map(app);
        ConsoleEndpoint.Map(app).IsOpen();
        app.MapGrpcService<RetrievalService>();
        app.MapGrpcService<ItemsService>();
        app.MapGrpcService<ModelsService>();
        StatsEndpoint.Map(app).Needs(Scopes.Read);
        AuthOptions auth = app.Services.GetRequiredService<IOptions<ServerOptions>>().Value.Auth;
        Scopes diagnostics = auth.OpensDiagnostics ? Scopes.None : Scopes.Read;
        app.MapPrometheusScrapingEndpoint("/metrics").Needs(diagnostics, ofAllModels: !auth.OpensDiagnostics);
        app.MapGrpcReflectionService().Needs(diagnostics);
        app.MapGrpcHealthChecksService().IsOpen();
        app.MapHealthChecks("/health/live", new() { Predicate = check => check.Tags.Contains(Live) }).IsOpen();
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains(Ready) }).IsOpen();
        app.MapHealthChecks("/health/startup", new() { Predicate = check => check.Tags.Contains(Startup) }).IsOpen();
    }
}
