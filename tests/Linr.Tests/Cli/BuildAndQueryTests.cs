using System.Globalization;
using System.Text.Json;
using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>Items in a file to a model, and searches of it, through the command line.</summary>
public sealed class BuildAndQueryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_is_built_inspected_verified_and_searched()
    {
        string model = await BuildAsync();

        JsonElement inspected = (await CliRun.Of("inspect", model, "--json")).Json;
        Assert.Equal(30, inspected.GetProperty("items").GetInt32());
        Assert.Equal("v", inspected.GetProperty("embeddings")[0].GetProperty("name").GetString());

        Assert.Equal(ExitCode.Success, (await CliRun.Of("verify", model)).Code);

        CliRun found = await CliRun.Of(
            "query", model, "--vector", "1,0,0", "-f", "colour = @colour and size < 20", "--param", "colour=red", "-k", "3", "--json",
            "--explain", "--threads", "1");
        Assert.Equal(ExitCode.Success, found.Code);
        JsonElement hits = found.Json.GetProperty("hits");
        Assert.Equal(3, hits.GetArrayLength());
        Assert.All(hits.EnumerateArray(), hit => Assert.Equal("red", hit.GetProperty("fields").GetProperty("colour")[0].GetString()));
        Assert.True(found.Json.GetProperty("exact").GetBoolean());
        Assert.Equal("colour = @colour and size < 20", found.Json.GetProperty("explanation").GetProperty("filter").GetString());
    }

    [Fact]
    public async Task A_person_sees_a_table()
    {
        string model = await BuildAsync();
        CliRun found = await CliRun.Of("query", model, "--item", "p3", "-k", "2", "--fields", "colour", "--explain");
        Assert.Contains("colour", found.Output, StringComparison.Ordinal);
        Assert.Contains("2 hits; 30 of 30 items passed; exact", found.Output, StringComparison.Ordinal);
        Assert.Contains("rescored", found.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_go_out_and_come_back_in()
    {
        string model = await BuildAsync();
        string vectors = _folder.File("v.npy");
        Assert.Equal(ExitCode.Success, (await CliRun.Of("export", model, "--embedding", "v", "-o", vectors)).Code);
        string again = _folder.File("again.linr");
        CliRun built = await CliRun.Of("build", "--embedding", $"w={vectors}", "-o", again, "--rows", "Float16");
        Assert.Equal(ExitCode.Success, built.Code);
        CliRun first = await CliRun.Of("query", model, "--item", "p7", "-k", "5", "--json");
        CliRun second = await CliRun.Of("query", again, "--item", "p7", "-k", "5", "--json");
        Assert.Equal(Ids(first), Ids(second));
    }

    [Fact]
    public async Task Items_go_out_as_they_came_in()
    {
        string model = await BuildAsync();
        string items = _folder.File("out.parquet");
        Assert.Equal(ExitCode.Success, (await CliRun.Of("export", model, "-o", items)).Code);
        string again = _folder.File("again.linr");
        Assert.Equal(ExitCode.Success, (await CliRun.Of("build", "--items", items, "-o", again)).Code);
        Assert.Equal(
            Ids(await CliRun.Of("query", model, "--item", "p7", "-f", "size > 9", "--json")),
            Ids(await CliRun.Of("query", again, "--item", "p7", "-f", "size > 9", "--json")));
    }

    [Theory]
    [InlineData("There is no attribute \"colr\"", "-f", "colr = 'red'")]
    [InlineData("expected 3 numbers; found 2", "--vector", "1,2")]
    [InlineData("expected numbers separated by commas", "--vector", "1,x,2")]
    [InlineData("K: expected 1 or more", "-k", "0")]
    [InlineData("--param: expected NAME=VALUE", "--param", "colour")]
    [InlineData("--group-by: expected ATTRIBUTE", "--group-by", "colour:x")]
    [InlineData("the model has no query tower", "--history", "p1")]
    [InlineData("knows none of nobody", "--item", "nobody")]
    public async Task A_mistake_is_a_sentence_and_no_stack_trace(string expected, params string[] arguments)
    {
        string model = await BuildAsync();
        bool hasQuery = arguments[0] is "--vector" or "--history" or "--item";
        CliRun run = await CliRun.Of(["query", model, .. arguments, .. hasQuery ? [] : (string[])["--item", "p1"]]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(expected, Folded(run.Error), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_option_is_a_usage_error()
        => Assert.Equal(ExitCode.Usage, (await CliRun.Of("query", "x.linr", "--nonsense")).Code);

    [Fact]
    public async Task A_missing_model_is_a_failure()
    {
        CliRun run = await CliRun.Of("inspect", _folder.File("none.linr"), "--json");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Equal(ExitCode.Failure, run.Json.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task A_damaged_model_fails_verification()
    {
        string model = await BuildAsync();
        byte[] bytes = File.ReadAllBytes(model);
        bytes[^1_000] ^= 1;
        File.WriteAllBytes(model, bytes);
        Assert.Equal(ExitCode.Failure, (await CliRun.Of("verify", model)).Code);
    }

    private static IEnumerable<string?> Ids(CliRun run)
        => run.Json.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString());

    private static string Folded(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private async Task<string> BuildAsync()
    {
        string items = _folder.File("items.jsonl");
        var random = new Random(5);
        File.WriteAllLines(items, Enumerable.Range(0, 30).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"p{{i}}","colour":"{{(i % 2 == 0 ? "red" : "blue")}}","size":{{i}},"v":[{{random.NextDouble()}},{{random.NextDouble()}},{{random.NextDouble()}}]}""")));
        string model = _folder.File("model.linr");
        CliRun built = await CliRun.Of("build", "--items", items, "--out", model);
        Assert.Equal(ExitCode.Success, built.Code);
        return model;
    }
}
