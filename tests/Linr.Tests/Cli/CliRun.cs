using System.Text.Json;
using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>One run of the `linr` program within this process.</summary>
internal sealed record CliRun(int Code, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<CliRun> Of(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await LinrCli.RunAsync(args, output, error);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    /// <summary>A run that must do what it was asked.</summary>
    public static async Task<CliRun> OfGood(params string[] args)
    {
        CliRun run = await Of(args);
        Assert.True(run.Code == ExitCode.Success, $"linr {string.Join(' ', args)}: exit code {run.Code}: {run.Error}");
        return run;
    }

    /// <summary>
    /// A run that must fail with that sentence, by itself and with `--json`, where standard output is a document that
    /// says the same.
    /// </summary>
    public static async Task AssertMistake(int code, string expected, params string[] args)
    {
        CliRun plain = await Of(args);
        plain.AssertError(code, expected);
        Assert.Empty(plain.Output);
        CliRun json = await Of([.. args, "--json"]);
        json.AssertError(code, expected);
        Assert.Contains(expected, json.Json.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Equal(code, json.Json.GetProperty("exitCode").GetInt32());
    }

    private void AssertError(int code, string expected)
    {
        Assert.Contains(Error.Split(Environment.NewLine), line => line.Contains(expected, StringComparison.Ordinal));
        Assert.Contains("error: ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
        Assert.Equal(code, Code);
    }
}
