using System.CommandLine;

namespace Linr.Cli.Terminal;

/// <summary>Gives each command the same edges: `--json`, Ctrl+C, and errors as sentences with an exit code.</summary>
internal static class CommandBuilder
{
    public static Command Create(
        string name, string description, IEnumerable<Symbol> symbols, Func<CommandContext, Task<int>> run)
    {
        var command = new Command(name, description) { CommonOptions.Json };
        foreach (Symbol symbol in symbols)
        {
            switch (symbol)
            {
                case Option option:
                    command.Add(option);
                    break;
                case Argument argument:
                    command.Add(argument);
                    break;
                case Command subcommand:
                    command.Add(subcommand);
                    break;
            }
        }

        command.SetAction((parsed, cancellation) => RunAsync(new CommandContext(parsed, cancellation), run));
        return command;
    }

    public static Command Create(
        string name, string description, IEnumerable<Symbol> symbols, Func<CommandContext, int> run)
        => Create(name, description, symbols, context => Task.FromResult(run(context)));

    private static async Task<int> RunAsync(CommandContext context, Func<CommandContext, Task<int>> run)
    {
        try
        {
            return await run(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (ErrorReport.TryWrite(context, exception, out int code))
        {
            return code;
        }
    }
}
