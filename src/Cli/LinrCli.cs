using System.CommandLine;
using Linr.Cli.Commands;

namespace Linr.Cli;

/// <summary>The `linr` program: parses the command line and runs one command.</summary>
public static class LinrCli
{
    /// <summary>Runs the program; returns its exit code (see <see cref="ExitCode"/>).</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null)
    {
        var configuration = new InvocationConfiguration
        {
            Output = output ?? Console.Out,
            Error = error ?? Console.Error,
            EnableDefaultExceptionHandler = false,
        };
        ParseResult parsed = Build().Parse(args);
        int code = await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    private static RootCommand Build() => new(
        "Linr: model-based neural retrieval. Train a model, build it with its items into one file, and search it "
        + "with filters, exactly. Start with: linr demo")
    {
        DemoCommand.Create(),
        ImportCommand.Create(),
        TrainCommand.Create(),
        BuildCommand.Create(),
        QueryCommand.Create(),
        EvalCommand.Create(),
        InspectCommand.Create(),
        VerifyCommand.Create(),
        ExportCommand.Create(),
        BenchCommand.Create(),
    };
}
