using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Linr.Cli.Terminal;

/// <summary>
/// What a command writes to. Results go to standard output, as tables for people or as JSON; progress and errors go
/// to standard error, so that a pipe sees results only.
/// </summary>
internal sealed class CommandContext
{
    public CommandContext(ParseResult parsed, CancellationToken cancellation)
    {
        Parsed = parsed;
        Cancellation = cancellation;
        IsJson = parsed.GetValue(CommonOptions.Json);
        Output = parsed.InvocationConfiguration.Output;
        Error = parsed.InvocationConfiguration.Error;
        Console = CreateConsole(Output);
        Progress = CreateConsole(Error);
    }

    /// <summary>The parsed command line.</summary>
    public ParseResult Parsed { get; }

    /// <summary>Set when the user interrupts.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Whether results are wanted as JSON.</summary>
    public bool IsJson { get; }

    /// <summary>Standard output.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Where results for people go.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Where progress goes.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>The command as it was given, for results: these never name a machine's folders.</summary>
    public string CommandLine => string.Join(' ', Parsed.Tokens.Select(token => NameOnly(token.Value)).Prepend("linr"));

    /// <summary>The value of an option that has a default or is required.</summary>
    public T Get<T>(Option<T> option) => Parsed.GetRequiredValue(option);

    /// <summary>The value of an argument.</summary>
    public T Get<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    /// <summary>The value of an option, or null when it was not given.</summary>
    public T? Find<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>Whether the user gave this option.</summary>
    public bool Has(Option option) => Parsed.GetResult(option) is { Implicit: false };

    /// <summary>Writes the result of a command.</summary>
    /// <param name="json">For programs.</param>
    /// <param name="markup">The same for people, in a line; numbers are formatted independently of the culture.</param>
    public void Write<T>(T json, FormattableString markup)
    {
        if (IsJson)
        {
            WriteJson(json);
        }
        else
        {
            Console.MarkupLineInterpolated(CultureInfo.InvariantCulture, markup);
        }
    }

    /// <summary>Writes one JSON document.</summary>
    public void WriteJson<T>(T value) => JsonOutput.Write(Output, value);

    /// <summary>Tables and colours over a writer.</summary>
    public static IAnsiConsole CreateConsole(TextWriter writer)
    {
        var output = new AnsiConsoleOutput(writer);
        if (output.IsTerminal)
        {
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = output });
        }

        // A pipe or a log has no colours, and no width of its own: tables must not be folded at 80 columns there.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = AnsiSupport.No });
        console.Profile.Width = 160;
        return console;
    }

    private static string NameOnly(string token)
        => Path.IsPathRooted(token) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(token)) : token;
}
