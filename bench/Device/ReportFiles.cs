using System.Text.Json;

namespace Linr.Bench.Device;

/// <summary>Writes a run as JSON, as a page and as a plot.</summary>
internal static class ReportFiles
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Fills a folder with gpu.json, gpu.md and gpu.png.</summary>
    public static void Write(string folder, DeviceReport report)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "gpu.json"), JsonSerializer.Serialize(report, Json) + "\n");
        File.WriteAllText(Path.Combine(folder, "gpu.md"), ReportPage.Of(report));
        ReportPlot.Write(Path.Combine(folder, "gpu.png"), report);
    }

    /// <summary>A run's gpu.json.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static DeviceReport Read(string file)
        => JsonSerializer.Deserialize<DeviceReport>(File.ReadAllText(file), Json)
            ?? throw new JsonException($"{file}: expected a run of this bench, found null.");
}
