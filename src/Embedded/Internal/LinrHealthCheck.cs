using Linr.ModelFile;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Linr;

/// <summary>
/// Healthy where the index is open and nothing is the matter; degraded where a store's upkeep failed, as it answers and
/// logs on; unhealthy where it is not open, or what it serves is damaged.
/// </summary>
internal sealed class LinrHealthCheck(LinrHandle handle) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!handle.IsOpen)
        {
            return HealthCheckResult.Unhealthy("The index is not open yet.");
        }

        LinrIndex index = handle.Index;
        var data = new Dictionary<string, object> { ["modelVersion"] = index.ModelVersion };
        return index.Problem switch
        {
            null => HealthCheckResult.Healthy("The index is open.", data),
            ModelFormatException damage => HealthCheckResult.Unhealthy("What is served is damaged.", damage, data),
            { } problem => HealthCheckResult.Degraded("The upkeep of the store failed.", problem, data),
        };
    }
}
