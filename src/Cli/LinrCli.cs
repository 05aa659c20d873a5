using System.CommandLine;
using Linr.Cli.Commands;
using Linr.Cli.Terminal;

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
        ParseResult parsed = Build().Parse(args.Length > 0 ? args : ["--help"]);
        if (parsed.CommandResult.Command.Name == ServeCommand.Name)
        {
            // The server's host takes the signals itself and answers what runs, for as long as Linr:DrainTimeout says;
            // two seconds, as usual, would cut that off.
            configuration.ProcessTerminationTimeout = null;
        }

        return parsed.Errors.Count > 0
            ? UsageErrors.Write(parsed, configuration.Output, configuration.Error)
            : await parsed.InvokeAsync(configuration).ConfigureAwait(false);
    }

    /// <summary>The program's commands with their options.</summary>
    internal static RootCommand Build() => new(
        "Linr: model-based neural retrieval. Train a model, build it with its items into one file, and search it "
        + "with filters, exactly. Start with: linr demo")
    {
        DemoCommand.Create(),
        ImportCommand.Create(),
        TrainCommand.Create(),
        BuildCommand.Create(),
        QuantizeCommand.Create(),
        IngestCommand.Create(),
        ServeCommand.Create(),
        KeysCommand.Create(),
        QueryCommand.Create(),
        EvalCommand.Create(),
        InspectCommand.Create(),
        VerifyCommand.Create(),
        StoreCommand.Create(),
        RestoreCommand.Create(),
        ExportCommand.Create(),
        BenchCommand.Create(),
    };
}
