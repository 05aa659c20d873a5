using Linr.Server.Models;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Linr.Server.Hosting;

/// <summary>Whether the models that the server was stopped with have been opened.</summary>
internal sealed class StartupCheck(ModelCatalogue catalogue) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(catalogue.IsOpen
            ? HealthCheckResult.Healthy("The models are open.")
            : HealthCheckResult.Unhealthy("The models are being opened."));
}
