using System.Text.Json;
using Linr.Cli;
using Linr.Formats;
using Linr.Tests.Repository;

namespace Linr.Tests.Cli;

/// <summary>Data of every form into one folder.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_become_a_folder_that_imports_again_to_the_same()
    {
        string first = _folder.File("first");
        await AssertImports(
            first, TinyData.ItemCount, "--interactions", TinyData.Interactions(_folder), "--items",
            TinyData.Items(_folder));
        Assert.Equal(
            ["interactions.parquet", "items.parquet", "schema.json", "source.json"],
            Directory.GetFiles(first).Select(Path.GetFileName).Order());
        string second = _folder.File("second");
        await AssertImports(second, TinyData.ItemCount, "--data", first);
        foreach (string file in Directory.GetFiles(first))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second, Path.GetFileName(file))));
        }
    }

    [Theory]
    [InlineData("--map", "user=who,item=what,time=when")]
    [InlineData("--map", "user=#1", "item=#2", "time=#3", "--header", "true")]
    public async Task Columns_are_named_on_the_command_line(params string[] map)
        => await AssertImports(
            _folder.File("out"), 0, ["--interactions", TinyData.Interactions(_folder, "who,what,when"), .. map]);

    [Fact]
    public async Task Fields_of_items_are_renamed_from_their_columns()
    {
        string items = TinyData.Items(_folder);
        string folder = _folder.File("out");
        await AssertImports(
            folder, TinyData.ItemCount, "--interactions", TinyData.Interactions(_folder), "--items", items, "--map",
            "hue=colour");
        Assert.Contains("\"hue\"", File.ReadAllText(Path.Combine(folder, "schema.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task Interactions_come_in_every_format(string extension)
    {
        string clicks = _folder.File($"clicks.{extension}");
        var read = InteractionFile.Read(TinyData.Interactions(_folder));
        InteractionFile.Write(clicks, read);
        await AssertImports(
            _folder.File("out"), TinyData.ItemCount, "--interactions", clicks, "--items", TinyData.Items(_folder));
    }

    [Fact]
    public async Task A_file_without_an_extension_and_with_another_delimiter_is_read_as_stated()
    {
        string text = File.ReadAllText(TinyData.Interactions(_folder));
        string clicks = _folder.Write("u.data", text.Replace(',', ';'));
        await AssertImports(
            _folder.File("out"), 0, "--interactions", clicks, "--format", "Csv", "--delimiter", ";", "--time-unit",
            "Seconds");
    }

    [Fact]
    public async Task A_folder_in_the_MovieLens_format_is_known()
        => await AssertImports(_folder.File("out"), TinyData.ItemCount, "--data", TinyData.MovieLens(_folder));

    [Fact]
    public async Task The_same_with_double_colons_is_known()
    {
        _folder.Write("dat/ratings.dat", "1::10::5::978300760\n1::20::3::978302109\n");
        _folder.Write("dat/movies.dat", "10::Toy Story (1995)::Animation|Comedy\n20::Heat (1995)::Crime\n");
        await AssertImports(_folder.File("out"), 2, 2, "--data", _folder.File("dat"));
    }

    [Fact]
    public async Task The_Debian_extract_keeps_that_its_interactions_have_no_order()
    {
        string folder = _folder.File("out");
        CliRun run = await CliRun.OfGood(
            "import", "--data", Path.Combine(RepositoryRoot.Path, "data", "debian-bookworm"), "--out", folder,
            "--json");
        Assert.Equal(63_436, run.Json.GetProperty("items").GetInt64());
        Assert.Equal(188_503, run.Json.GetProperty("interactions").GetInt64());
        JsonElement source = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "source.json"))).RootElement;
        Assert.Equal("debian-bookworm", source.GetProperty("name").GetString());
        Assert.Equal("none", source.GetProperty("order").GetString());
    }

    [Fact]
    public async Task Package_indexes_are_read()
    {
        string index = _folder.Write(
            "Packages.gz",
            """
            Package: a
            Version: 1
            Depends: b
            Description: the first

            Package: b
            Version: 2
            Section: libs
            Description: the second

            """);
        await AssertImports(_folder.File("out"), 2, 1, "--packages", index);
    }

    [Fact]
    public async Task Bad_rows_are_counted_where_they_are_to_be_skipped()
    {
        string clicks = _folder.Write("clicks.csv", "user,item,time\n1,p1,5\n1,p2,soon\n2,p1,6\n");
        CliRun run = await CliRun.OfGood(
            "import", "--interactions", clicks, "--skip-bad", "--out", _folder.File("out"), "--json");
        Assert.Equal(2, run.Json.GetProperty("interactions").GetInt64());
        Assert.Equal(1, run.Json.GetProperty("skipped").GetInt64());
        Assert.Contains("line 3, column \"time\"", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "Expected one of --data, --interactions, --packages, --from-apt; found none.")]
    [InlineData(ExitCode.Usage, "found --data and --from-apt.", "--data", "{folder}", "--from-apt")]
    [InlineData(
        ExitCode.Usage, "--items: expected --interactions with it; found --data.", "--data", "{folder}", "--items",
        "x")]
    [InlineData(ExitCode.Usage, "--data: expected ratings.csv with movies.csv", "--data", "{folder}")]
    [InlineData(ExitCode.Failure, "--data: expected a folder; found none at", "--data", "{folder}/none")]
    [InlineData(
        ExitCode.Failure, "--interactions: expected a file; found none at", "--interactions", "{folder}/none.csv")]
    [InlineData(ExitCode.Failure, "--packages: expected a file; found a folder at", "--packages", "{folder}")]
    [InlineData(ExitCode.Usage, "line 3, column \"time\": expected a time", "--interactions", "{clicks}")]
    [InlineData(
        ExitCode.Usage, "--map: expected NAME=COLUMN; found \"user\".", "--interactions", "{clicks}", "--map", "user")]
    [InlineData(
        ExitCode.Usage, "--map: expected one of id, user, item, time, weight; found \"use\".", "--interactions",
        "{clicks}", "--map", "use=#1")]
    [InlineData(ExitCode.Usage, "expected a column \"nobody\"", "--interactions", "{clicks}", "--map", "user=nobody")]
    [InlineData(ExitCode.Usage, "schema.json: ", "--interactions", "{clicks}", "--schema", "{schema}")]
    public async Task A_mistake_is_a_sentence(int code, string expected, params string[] arguments)
    {
        string clicks = _folder.Write("clicks.csv", "user,item,time\n1,p1,5\n1,p2,soon\n");
        string schema = _folder.Write("schema.json", "{\"id\": 5}");
        Directory.CreateDirectory(_folder.File("empty"));
        string[] args = [.. arguments.Select(arg => arg
            .Replace("{folder}", _folder.File("empty"), StringComparison.Ordinal)
            .Replace("{clicks}", clicks, StringComparison.Ordinal)
            .Replace("{schema}", schema, StringComparison.Ordinal))];
        await CliRun.AssertMistake(code, expected, ["import", .. args, "--out", _folder.File("out")]);
    }

    private static Task AssertImports(string folder, int items, params string[] source)
        => AssertImports(folder, items, TinyData.UserCount * TinyData.ItemsPerUser, source);

    private static async Task AssertImports(string folder, int items, int interactions, params string[] source)
    {
        CliRun run = await CliRun.OfGood(["import", .. source, "--out", folder, "--json"]);
        Assert.Equal(folder, run.Json.GetProperty("folder").GetString());
        Assert.Equal(items, run.Json.GetProperty("items").GetInt32());
        Assert.Equal(interactions, run.Json.GetProperty("interactions").GetInt32());
    }
}
