using System.Globalization;
using System.Text;
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

    /// <summary>Fills a folder with a run as JSON and as a page, under one name.</summary>
    public static void Write<T>(string folder, string name, T report, string page)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, name);
        File.WriteAllText(file + ".json", JsonSerializer.Serialize(report, Json) + "\n");
        File.WriteAllText(file + ".md", page);
    }

    /// <summary>Begins a page: what it is of, where and when it was measured, and by what.</summary>
    public static StringBuilder Begin(
        string title, string device, string driver, string? commit, DateTime date, string command)
        => new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"# {title}")
            .AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{device}, {driver}; commit {commit ?? "unknown"},")
            .AppendLine(CultureInfo.InvariantCulture, $"{date:yyyy-MM-dd HH:mm} UTC. Made by `{command}`.");

    /// <summary>A run's gpu.json.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static DeviceReport Read(string file)
        => JsonSerializer.Deserialize<DeviceReport>(File.ReadAllText(file), Json)
            ?? throw new JsonException($"{file}: expected a run of this bench, found null.");
}
