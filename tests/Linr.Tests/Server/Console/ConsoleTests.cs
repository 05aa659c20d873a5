using Linr.Tests.Documents;

namespace Linr.Tests.Server.Console;

/// <summary>
/// The console in a real browser: what people do there, by mouse and by keyboard, on a screen and on a phone. A flow
/// fails on any error in the browser's console too, on a breach of the content policy and on a call elsewhere.
/// </summary>
[Collection(Alone.Name)]
public sealed class ConsoleTests(ConsoleSite site) : IClassFixture<ConsoleSite>
{
    [Theory]
    [InlineData("models")]
    [InlineData("search-items")]
    [InlineData("search-history")]
    [InlineData("search-vector")]
    [InlineData("search-ranked")]
    [InlineData("filter")]
    [InlineData("compare")]
    [InlineData("item")]
    [InlineData("item-json")]
    [InlineData("rollout")]
    [InlineData("shadow")]
    [InlineData("traffic")]
    [InlineData("theme")]
    [InlineData("phone")]
    [InlineData("keyboard")]
    [InlineData("key")]
    [InlineData("no-server")]
    [InlineData("reference")]
    public async Task A_flow_works(string flow)
    {
        using var folder = new TemporaryFolder();
        await site.RunAsync(flow, folder.Root);
    }

    [Fact]
    public async Task A_search_is_copied_as_a_command_that_answers_alike_and_as_a_program_that_compiles()
    {
        using var folder = new TemporaryFolder();
        await site.RunAsync("code", folder.Root);
        string[] programs = [.. folder.FileNames().Where(name => name.EndsWith(".cs", StringComparison.Ordinal))];
        Assert.Equal(3, programs.Length);
        Assert.All(programs, name => Snippet.CompileProgram(File.ReadAllText(folder.File(name))));
    }
}
