using System.Text.Json;
using Linr.Cli.Terminal;

namespace Linr.Cli.Bench;

/// <summary>Writes a benchmark's figures as JSON, as a page and as plots.</summary>
internal static class BenchFiles
{
    /// <summary>Fills a folder.</summary>
    public static void Write(string folder, BenchReport report)
    {
        File.WriteAllText(Path.Combine(folder, "bench.json"), JsonSerializer.Serialize(report, JsonOutput.Options));
        File.WriteAllText(Path.Combine(folder, "bench.md"), BenchPage.Of(report));
        BenchPlots.Write(folder, report);
    }
}
