using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Linr.Cli.Terminal;

namespace Linr.Cli.Bench;

/// <summary>
/// Runs a peer's script: it gets --rows, --dim, --threads and --passes and prints JSON lines, the first
/// {"peer": "name and version"}, then {"batch", "k", "passRate", "medianMs", "setting"} a figure.
/// </summary>
internal static class PeerScript
{
    public static PeerResult Run(string script, long rows, int dim, int threads, int passes, CommandContext context)
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                script,
                "--rows", rows.ToString(CultureInfo.InvariantCulture),
                "--dim", dim.ToString(CultureInfo.InvariantCulture),
                "--threads", threads.ToString(CultureInfo.InvariantCulture),
                "--passes", passes.ToString(CultureInfo.InvariantCulture),
            },
        };
        using Process process = Process.Start(start)
            ?? throw new IOException($"--peer: {script} could not be started.");
        string name = string.Empty;
        var figures = new List<PeerFigure>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("peer", out JsonElement peer))
            {
                name = peer.GetString()!;
            }
            else
            {
                figures.Add(document.RootElement.Deserialize<PeerFigure>(JsonOutput.Options)!);
            }
        }

        process.WaitForExit();
        return process.ExitCode == 0
            ? new PeerResult(name, figures)
            : throw new IOException($"--peer: {script} ended with exit code {process.ExitCode}.");
    }
}
