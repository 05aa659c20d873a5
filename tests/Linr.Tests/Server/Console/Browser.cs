using System.Diagnostics;
using System.Text.Json;
using Linr.Tests.Repository;

namespace Linr.Tests.Server.Console;

/// <summary>
/// A real Chromium, in which Playwright runs the flows of src/Server/Console/app/tests, on Node.js. test.sh sets all of
/// it up; where something is missing tests are skipped, and with LINR_REQUIRE_BROWSER=1 they fail.
/// </summary>
internal sealed class Browser : IDisposable
{
    private static readonly string[] s_chromiums = ["chromium", "chromium-browser", "google-chrome"];

    private static readonly string s_app = Path.Combine(RepositoryRoot.Path, "src", "Server", "Console", "app");

    private readonly Process _process;

    private Browser(Process process) => _process = process;

    /// <summary>Why there is none; null: there is.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>Starts one.</summary>
    /// <param name="address">Where the console is.</param>
    /// <param name="lockedAddress">Where a console is that wants a key.</param>
    /// <param name="key">The key.</param>
    public static Browser Start(string address, string lockedAddress, string key)
    {
        var start = new ProcessStartInfo("node", "tests/run.js")
        {
            WorkingDirectory = s_app,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["LINR_CHROMIUM"] = Find(s_chromiums),
                ["LINR_CONSOLE"] = address,
                ["LINR_CONSOLE_LOCKED"] = lockedAddress,
                ["LINR_CONSOLE_KEY"] = key,
            },
        };
        return new Browser(Process.Start(start)!);
    }

    /// <summary>Runs a flow; the test fails with its words where it does.</summary>
    /// <param name="flow">Its name.</param>
    /// <param name="outputs">The folder where it leaves what else is to be tested.</param>
    public async Task RunAsync(string flow, string outputs)
    {
        await _process.StandardInput.WriteLineAsync($"{flow}\t{outputs}");
        await _process.StandardInput.FlushAsync();
        string? line = await _process.StandardOutput.ReadLineAsync();
        Assert.True(line is not null, "The browser's program has ended; its standard error says why.");
        using var answer = JsonDocument.Parse(line);
        string? failure = answer.RootElement.GetProperty("failure").GetString();
        Assert.True(failure is null, failure);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string? FindMissing()
    {
        string driver = Path.Combine(s_app, "node_modules", "playwright-core", "package.json");
        string? what = Find(s_chromiums) is null ? "Chromium"
            : Find(["node"]) is null ? "Node.js"
            : !File.Exists(driver) ? "the packages of src/Server/Console/app"
            : null;
        return what is null ? null : $"The console is tested in a browser, which needs {what}: ./test.sh sets it up.";
    }

    private static string? Find(string[] names)
        => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
