using Linr.Server.Models;
using Microsoft.Extensions.Options;

namespace Linr.Server.Options;

/// <summary>Finds everything that is wrong with how a server is set up, before it starts.</summary>
/// <param name="settings">What could not even be read.</param>
internal sealed class ServerOptionsCheck(SettingsReader settings) : IValidateOptions<ServerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var problems = new SettingProblems();
        problems.Add(settings.Problems);
        CheckModels(options, problems);
        problems.Range("Threads", options.Threads, 0, 1_024);
        problems.Range("MemoryBytesMax", options.MemoryBytesMax, 0, long.MaxValue);
        problems.Range("Batching:QueriesMax", options.Batching.QueriesMax, 1, Linr.Limits.QueriesMax);
        problems.Range("Batching:QueueDepthMax", options.Batching.QueueDepthMax, 1, 1_000_000);
        problems.Range("Batching:ConcurrentBatches", options.Batching.ConcurrentBatches, 1, 16);
        problems.Check(
            "Batching:Window", options.Batching.Window >= TimeSpan.Zero, "0 or more", $"{options.Batching.Window}");
        problems.Check(
            "SlowRequest", options.SlowRequest >= TimeSpan.Zero, "0 or more", $"{options.SlowRequest}");
        problems.Check(
            "OtlpEndpoint",
            options.OtlpEndpoint is null || (Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out Uri? otlp)
                && otlp.Scheme is "http" or "https"),
            "a URL of http or https",
            options.OtlpEndpoint ?? string.Empty);
        problems.Check("DrainTimeout", options.DrainTimeout >= TimeSpan.Zero, "0 or more", $"{options.DrainTimeout}");
        CheckLimits(options.Limits, problems);
        SecurityCheck.Find(options, problems);
        return problems.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.All);
    }

    private static void CheckModels(ServerOptions options, SettingProblems problems)
    {
        if (options.Data is null && options.Models.Count == 0)
        {
            problems.Add("Data", "a folder, or model files in Models", "neither");
        }

        foreach ((string model, string path) in options.Models)
        {
            problems.Check($"Models:{model}", ModelName.IsOne(model), ModelName.Rule, model);
            problems.Check($"Models:{model}", File.Exists(path), "a model file", path);
        }

        if (options.Files is { } files)
        {
            problems.Check("Files", Directory.Exists(files), "a folder", files);
        }
    }

    private static void CheckLimits(RequestLimits limits, SettingProblems problems)
    {
        problems.Range("Limits:BodyBytesMax", limits.BodyBytesMax, 1_024, 1L << 31);
        problems.Range("Limits:KMax", limits.KMax, 1, int.MaxValue);
        problems.Range("Limits:StreamedKMax", limits.StreamedKMax, limits.KMax, int.MaxValue);
        problems.Range("Limits:BatchMax", limits.BatchMax, 1, Linr.Limits.QueriesMax);
        problems.Range("Limits:BatchHitsMax", limits.BatchHitsMax, limits.KMax, int.MaxValue);
        problems.Range("Limits:ChangesMax", limits.ChangesMax, 1, 1_000_000);
        problems.Range("Limits:IdsMax", limits.IdsMax, 1, 1_000_000);
        problems.Range("Limits:FilterValuesMax", limits.FilterValuesMax, 1, Linr.Limits.FilterValuesMax);
        problems.Range("Limits:FilterDepthMax", limits.FilterDepthMax, 1, Linr.Limits.FilterDepthMax);
        problems.Range("Limits:FilterNodesMax", limits.FilterNodesMax, 1, Linr.Limits.FilterNodesMax);
        problems.Range("Limits:PageMax", limits.PageMax, 1, Linr.Limits.ScrollMax);
        problems.Check("Limits:Timeout", limits.Timeout > TimeSpan.Zero, "more than 0", $"{limits.Timeout}");
        problems.Check(
            "Limits:CallTimeout",
            limits.CallTimeout >= TimeSpan.Zero && limits.CallTimeout <= TimeSpan.FromDays(1),
            "00:00:00 to 1.00:00:00",
            $"{limits.CallTimeout}");
    }
}
