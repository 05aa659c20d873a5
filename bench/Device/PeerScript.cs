using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Linr.Bench.Device;

/// <summary>
/// Runs a peer's script, which prints JSON lines: {"peer": "name and versions"} first, then {"case", "batch",
/// "setting", "medianMs"} a figure.
/// </summary>
internal static class PeerScript
{
    /// <summary>The script that comes with the program.</summary>
    public static string Own => Path.Combine(AppContext.BaseDirectory, "peers", "torch_scan.py");

    /// <summary>Runs a script; null, and why, where Python or what the script needs is not there.</summary>
    public static PeerResult? Run(string script, BenchOptions options, out string? reason)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            script,
            "--rows", options.Rows.ToString(CultureInfo.InvariantCulture),
            "--large-rows", options.LargeRows.ToString(CultureInfo.InvariantCulture),
            "--dim", options.Dim.ToString(CultureInfo.InvariantCulture),
            "--passes", options.Passes.ToString(CultureInfo.InvariantCulture),
            "--seconds", options.PeerSeconds.ToString(CultureInfo.InvariantCulture),
            "--cases", string.Join(',', options.Cases.Select(one => one.Name)),
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string name = string.Empty;
            var figures = new List<PeerFigure>();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                Add(line, ref name, figures);
            }

            process.WaitForExit();
            reason = process.ExitCode == 0 ? null : $"{Path.GetFileName(script)}: {LastLine(errors.Result)}";
            return name.Length == 0 ? null : new PeerResult(name, figures);
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            reason = $"python3: {failure.Message}";
            return null;
        }
    }

    private static void Add(string line, ref string name, List<PeerFigure> figures)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        if (document.RootElement.TryGetProperty("peer", out JsonElement peer))
        {
            name = peer.GetString()!;
        }
        else
        {
            figures.Add(document.RootElement.Deserialize<PeerFigure>(ReportFiles.Json)!);
        }
    }

    private static string LastLine(string text)
        => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it ended with an error";
}
