using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Linr.Cli.Terminal;

/// <summary>
/// What a command writes to. Results go to standard output, as tables for people or as JSON; progress and errors go
/// to standard error, so that a pipe sees results only.
/// </summary>
internal sealed class CommandContext
{
    private readonly TextWriter _output;

    public CommandContext(ParseResult parsed, CancellationToken cancellation)
    {
        Parsed = parsed;
        Cancellation = cancellation;
        IsJson = parsed.GetValue(CommonOptions.Json);
        _output = parsed.InvocationConfiguration.Output;
        Console = CreateConsole(_output);
        Progress = CreateConsole(parsed.InvocationConfiguration.Error);
    }

    /// <summary>The parsed command line.</summary>
    public ParseResult Parsed { get; }

    /// <summary>Set when the user interrupts.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Whether results are wanted as JSON.</summary>
    public bool IsJson { get; }

    /// <summary>Where results for people go.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Where progress goes.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>The value of an option that has a default or is required.</summary>
    public T Get<T>(Option<T> option) => Parsed.GetRequiredValue(option);

    /// <summary>The value of an argument.</summary>
    public T Get<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    /// <summary>The value of an option, or null when it was not given.</summary>
    public T? Find<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>Writes one JSON document.</summary>
    public void WriteJson<T>(T value) => _output.WriteLine(JsonSerializer.Serialize(value, JsonOutput.Options));

    private static IAnsiConsole CreateConsole(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            // A pipe or a log has no width of its own; tables must not be folded at 80 columns there.
            console.Profile.Width = 160;
        }

        return console;
    }
}
