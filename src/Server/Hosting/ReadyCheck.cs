using Linr.Server.Models;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Linr.Server.Hosting;

/// <summary>Whether every model has a version that answers, and its upkeep is well.</summary>
internal sealed class ReadyCheck(ModelCatalogue catalogue) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!catalogue.IsOpen)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The models are being opened."));
        }

        string[] silent =
        [
            .. catalogue.Models.Where(model => model.Rollout.Live is { } live
                && model.Versions.FirstOrDefault(one => one.Name == live)?.State != VersionState.Ready)
                .Select(model => model.Name),
        ];
        if (silent.Length > 0)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy(
                $"Models without a version that answers: {string.Join(", ", silent)}."));
        }

        string[] problems = [.. catalogue.Models.SelectMany(FindProblems)];
        return Task.FromResult(problems.Length == 0
            ? HealthCheckResult.Healthy("Every model answers.")
            : HealthCheckResult.Degraded(string.Join(" ", problems)));
    }

    private static IEnumerable<string> FindProblems(ServedModel model)
    {
        foreach (ModelVersion version in model.Versions)
        {
            if (version.State == VersionState.Failed)
            {
                yield return $"{model.Name}@{version.Name} failed: {version.Problem}";
            }
            else if (version is { State: VersionState.Ready, Store: { } store }
                && store.Status is { Problem: { } problem })
            {
                yield return $"{model.Name}@{version.Name}: {Api.ApiError.Of(problem).Message}";
            }
        }
    }
}
