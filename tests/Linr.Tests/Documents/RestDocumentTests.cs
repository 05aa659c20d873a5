using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Server.Rest;
using Linr.Tests.Server;

namespace Linr.Tests.Documents;

/// <summary>
/// The commands of the page on REST run as they stand, one after another, against a server with such a model.
/// </summary>
public sealed partial class RestDocumentTests
{
    private const string Page = "docs/rest.md";

    [Fact]
    public async Task Every_curl_of_the_page_is_answered_as_it_says()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("files"));
        WriteMovies(folder.File("files/movies-7.linr"), "7");
        WriteMovies(folder.File("files/movies-8.linr"), "8");
        await using TestServer server = await TestServer.StartAsync(new Dictionary<string, string?>
        {
            ["Linr:Data"] = folder.File("data"), ["Linr:Files"] = folder.File("files"),
        });
        await server.LoadAsync("movies", "7", "movies-7.linr");
        string[] commands = [.. MarkdownBlocks.Of(Page, "sh")];
        Assert.NotEmpty(commands);
        foreach (string command in commands)
        {
            string answer = await RunAsync(command.Replace(
                "http://127.0.0.1:7700", server.Http.BaseAddress!.ToString().TrimEnd('/'), StringComparison.Ordinal));
            bool isProblem = command.Contains("# a problem", StringComparison.Ordinal);
            Assert.All(
                answer.Split('\n', StringSplitOptions.RemoveEmptyEntries),
                line => Assert.Equal(isProblem, JsonDocument.Parse(line).RootElement.TryGetProperty("detail", out _)));
            await server.SettleAsync("movies");
        }
    }

    [Fact]
    public void Every_route_is_in_the_table_of_the_page()
    {
        string text = File.ReadAllText(Path.Combine(Repository.RepositoryRoot.Path, Page));
        IEnumerable<string> shown = Row().Matches(text).Select(match => match.Groups["route"].Value);
        Assert.Equal(RestRoutes.All.Select(route => $"{route.Verb} {route.Path}").Order(), shown.Order());
    }

    private static async Task<string> RunAsync(string command)
    {
        // An answer ends without a line's end.
        string script = $"curl() {{ command curl \"$@\"; echo; }}\n{command}";
        using var process = Process.Start(new ProcessStartInfo("bash", ["-e", "-c", script])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command}\n{await error}{answer}");
        return answer;
    }

    private static void WriteMovies(string path, string version)
    {
        var schema = new Schema
        {
            IdKind = IdKind.Text,
            Fields =
            [
                new FieldSchema("title", FieldType.Text, FieldRoles.Stored),
                new FieldSchema("genres", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
                new FieldSchema("year", FieldType.Integer, FieldRoles.Attribute),
            ],
            Embeddings = [new EmbeddingSchema("main", 3)],
        };
        using var builder = new ItemTableBuilder(schema);
        builder.Append((IReadOnlyCollection<Item>)[.. Enumerable.Range(1, 20).Select(i => new Item
        {
            Id = $"m-{i}",
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["title"] = [Value.OfText($"Film {i}")],
                ["genres"] = [Value.OfKeyword(i % 2 == 0 ? "Comedy" : "Drama")],
                ["year"] = [Value.OfInteger(1970 + i)],
            },
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["main"] = new float[] { i, 1, -i } },
        })]);
        using ItemTable table = builder.Build();
        ModelWriter.Write(path, new ModelContents { Items = table, Version = version });
    }

    [GeneratedRegex(@"^\| `(?<route>[A-Z]+ /v1/[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
