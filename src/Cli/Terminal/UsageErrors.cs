using System.CommandLine;
using System.CommandLine.Parsing;
using Linr.Filters;

namespace Linr.Cli.Terminal;

/// <summary>Says what is wrong with a command line: a sentence a mistake, and where to read more.</summary>
internal static class UsageErrors
{
    public static int Write(ParseResult parsed, TextWriter output, TextWriter error)
    {
        Command command = parsed.CommandResult.Command;
        IEnumerable<string> problems = parsed.UnmatchedTokens.Count > 0
            ? [Unmatched(parsed.UnmatchedTokens[0], parsed.CommandResult)]
            : parsed.Errors.Select(Sentence).Distinct();
        string path = command is RootCommand ? "linr" : $"linr {command.Name}";
        string message = string.Join(Environment.NewLine, problems.Append($"See {path} --help."));
        bool isJson = parsed.Tokens.Any(token => token.Value == CommonOptions.Json.Name);
        return ErrorReport.Write(output, error, isJson, message, ExitCode.Usage);
    }

    private static string Unmatched(string token, CommandResult result)
    {
        bool isOption = token.StartsWith('-');
        IEnumerable<string> known = isOption
            ? result.Command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            : result.Command.Subcommands.Select(command => command.Name);
        return NearestName.Unknown(isOption ? "option" : known.Any() ? "command" : "argument", token, known);
    }

    // The library's sentence about a value that does not parse names .NET types.
    private static string Sentence(ParseError error)
        => error.SymbolResult is OptionResult { Tokens: [.., { } last] } result
            && error.Message.StartsWith("Cannot parse", StringComparison.Ordinal)
            ? $"{result.Option.Name}: expected {Expected(result.Option.ValueType)}; found \"{last.Value}\"."
            : error.Message;

    private static string Expected(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? string.Join(", ", Enum.GetNames(plain))
            : plain == typeof(int) || plain == typeof(long) ? "an integer"
            : plain == typeof(bool) ? "true or false"
            : "a number";
    }
}
