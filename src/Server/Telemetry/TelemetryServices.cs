using Linr.Server.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Linr.Server.Telemetry;

/// <summary>Sends what is measured to where the settings say: Prometheus asks for it, OTLP is sent it.</summary>
internal static class TelemetryServices
{
    private const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds it all.</summary>
    public static void AddLinrTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ServerTelemetry>();
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(ServerTelemetry.Name, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
                .AddPrometheusExporter())
            .WithTracing(traces => traces.AddSource(ServerTelemetry.Name));
        string? endpoint = configuration[$"{ServerOptions.Section}:{nameof(ServerOptions.OtlpEndpoint)}"];
        if (Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? stated))
        {
            telemetry.UseOtlpExporter(OpenTelemetry.Exporter.OtlpExportProtocol.Grpc, stated);
        }
        else if (!string.IsNullOrEmpty(configuration[OtlpVariable]))
        {
            telemetry.UseOtlpExporter();
        }
    }
}
