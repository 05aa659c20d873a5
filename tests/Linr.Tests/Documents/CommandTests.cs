using System.CommandLine;
using System.Text.RegularExpressions;
using Linr.Cli;
using Linr.Filters;

namespace Linr.Tests.Documents;

/// <summary>Every command that a document shows is one that `linr` takes, down to the names of its options.</summary>
public sealed partial class CommandTests
{
    public static TheoryData<string> Commands
        => [.. MarkdownBlocks.Documents.SelectMany(document => MarkdownBlocks.Of(document, string.Empty))
            .SelectMany(block => block.Split('\n'))
            .Select(line => CommandLine().Match(line))
            .Where(match => match.Success)
            .Select(
                match => (match.Groups["demo"].Success ? "demo " : string.Empty) + match.Groups["rest"].Value.Trim())
            .Distinct()];

    [Fact]
    public void The_documents_show_commands()
        => Assert.All(
            ["demo", "train", "eval", "query", "build"],
            name => Assert.Contains(Commands, row => row.Data.Split(' ')[0] == name));

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_that_is_shown_is_one_that_linr_takes(string command)
    {
        ParseResult parsed = LinrCli.Build().Parse(ShellWords.Split(command));
        Assert.Empty(parsed.Errors.Select(error => error.Message));
        if (parsed.GetValue<string?>("--filter") is { } filter)
        {
            Filter.Parse(filter);
        }
    }

    [GeneratedRegex(@"^(\$ )?(linr|(?<demo>\./demo\.sh))(?<rest> .*?|)(\s+# .*)?$")]
    private static partial Regex CommandLine();
}
