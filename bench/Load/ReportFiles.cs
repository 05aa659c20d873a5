using System.Text.Json;

namespace Linr.Bench.Load;

/// <summary>Writes a run as JSON, as a page and as a plot.</summary>
internal static class ReportFiles
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Fills a folder with service.json, service.md and service.png.</summary>
    public static void Write(string folder, LoadReport report)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "service.json"), JsonSerializer.Serialize(report, s_json) + "\n");
        File.WriteAllText(Path.Combine(folder, "service.md"), ReportPage.Of(report));
        ReportPlot.Write(Path.Combine(folder, "service.png"), report);
    }
}
