using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>Help, and the mistakes that the parser finds before a command runs.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string> Commands => [.. LinrCli.Build().Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself_and_each_of_its_options(string command)
    {
        CliRun run = await CliRun.OfGood(command, "--help");
        Assert.Contains($" {command} ", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
        Assert.All(
            LinrCli.Build().Subcommands.Single(one => one.Name == command).Options,
            option => Assert.True(option.Description is { Length: > 5 }, option.Name));
    }

    [Fact]
    public async Task Nothing_at_all_shows_the_commands()
    {
        CliRun run = await CliRun.OfGood();
        Assert.All(
            LinrCli.Build().Subcommands,
            command => Assert.Contains(command.Description!, run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("There is no command \"quer\"; did you mean \"query\"?", "quer")]
    [InlineData("There is no option \"--itm\"; did you mean \"--item\"?", "query", "x.linr", "--itm", "p1")]
    [InlineData("There is no argument \"extra\".", "verify", "x.linr", "extra")]
    [InlineData("Required argument 'FILE.linr' missing", "query")]
    [InlineData("Option '--out' is required.", "build")]
    [InlineData("--k: expected an integer; found \"many\".", "query", "x.linr", "-k", "many")]
    [InlineData("--min-score: expected a number; found \"high\".", "query", "x.linr", "--min-score", "high")]
    [InlineData(
        "--metric: expected Dot, Cosine, Euclidean; found \"cos\".", "build", "-o", "x.linr", "--metric", "cos")]
    public Task A_mistake_is_a_sentence(string expected, params string[] args)
        => CliRun.AssertMistake(ExitCode.Usage, expected, args);
}
