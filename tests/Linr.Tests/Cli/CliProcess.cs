using System.Diagnostics;

namespace Linr.Tests.Cli;

/// <summary>One run of the `linr` program as a process of its own, and what it had loaded when it ended.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it wrote, standard error too.</param>
/// <param name="Loaded">Names of assemblies and paths of native libraries.</param>
internal sealed record CliProcess(int Code, string Output, IReadOnlyList<string> Loaded)
{
    public static async Task<CliProcess> Of(params string[] args)
    {
        using var folder = new TemporaryFolder();
        string list = folder.File("loaded");
        string program = Path.Combine(AppContext.BaseDirectory, "linr.dll");
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                [StartupHook.ListVariable] = list,
            },
        };
        foreach (string arg in (string[])["exec", program, .. args])
        {
            start.ArgumentList.Add(arg);
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliProcess(process.ExitCode, output + await error, await File.ReadAllLinesAsync(list));
    }
}
