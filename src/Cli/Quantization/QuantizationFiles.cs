using System.Text.Json;
using Linr.Cli.Terminal;

namespace Linr.Cli.Quantization;

/// <summary>Writes a report as JSON, as a page and as plots.</summary>
internal static class QuantizationFiles
{
    /// <summary>Writes them into a folder.</summary>
    public static void Write(string folder, QuantizationReport report)
    {
        string path = Path.Combine(folder, report.FileName);
        File.WriteAllText(path + ".json", JsonSerializer.Serialize(report, JsonOutput.Options) + "\n");
        File.WriteAllText(path + ".md", QuantizationPage.Of(report));
        QuantizationPlots.Write(path + ".png", report);
    }
}
