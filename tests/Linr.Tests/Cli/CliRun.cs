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
}
