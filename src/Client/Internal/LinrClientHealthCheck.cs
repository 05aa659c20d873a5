using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Linr.Client.Internal;

/// <summary>Whether the service that a client is of says that it can answer.</summary>
/// <param name="client">The client.</param>
internal sealed class LinrClientHealthCheck(LinrClient client) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await client.IsReadyAsync(cancellationToken).ConfigureAwait(false)
                ? HealthCheckResult.Healthy("The Linr service answers.")
                : new HealthCheckResult(
                    context.Registration.FailureStatus, "The Linr service says that it cannot answer.");
        }
        catch (LinrException error)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus, $"The Linr service could not be asked: {error.Message}", error);
        }
    }
}
