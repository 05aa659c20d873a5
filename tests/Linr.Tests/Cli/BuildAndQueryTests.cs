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

        // On a device: 128 rows of 16 bytes and a norm, of 1 + 8 bytes of colour and size, of 8 bytes of order.
        Assert.Equal(128 * (16 + 4 + 9 + 8), inspected.GetProperty("device").GetProperty("bytes").GetInt32());
        Assert.Equal(TinyData.ItemCount, inspected.GetProperty("items").GetInt32());
        Assert.Equal("v", inspected.GetProperty("embeddings")[0].GetProperty("name").GetString());

        Assert.Equal(ExitCode.Success, (await CliRun.Of("verify", model)).Code);

        CliRun found = await CliRun.Of(
            "query", model, "--vector", "1,0,0", "-f", "colour = @colour and size < 20", "--param", "colour=red", "-k",
            "3", "--json",
            "--explain", "--threads", "1");
        Assert.Equal(ExitCode.Success, found.Code);
        JsonElement hits = found.Json.GetProperty("hits");
        Assert.Equal(3, hits.GetArrayLength());
        Assert.All(
            hits.EnumerateArray(),
            hit => Assert.Equal("red", hit.GetProperty("fields").GetProperty("colour")[0].GetString()));
        Assert.True(found.Json.GetProperty("exact").GetBoolean());
        Assert.Equal(
            "colour = @colour and size < 20", found.Json.GetProperty("explanation").GetProperty("filter").GetString());
    }

    [Fact]
    public async Task A_person_sees_a_table()
    {
        string model = await BuildAsync();
        CliRun found = await CliRun.Of("query", model, "--item", "p3", "-k", "2", "--fields", "colour", "--explain");
        Assert.Contains("colour", found.Output, StringComparison.Ordinal);
        Assert.Contains("2 hits; 40 of 40 items passed; exact", found.Output, StringComparison.Ordinal);
        Assert.Contains("rescored", found.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_quantized_and_all_else_stays()
    {
        string model = await BuildAsync();
        string coded = _folder.File("coded.linr");
        CliRun run = await CliRun.OfGood("quantize", model, "--codes", "sign-oporp(64)", "-o", coded, "--json");
        Assert.Equal("sign-oporp(64)", run.Json.GetProperty("codes").GetString());
        string[] query = ["--item", "p3", "-k", "4", "--fields", "colour", "--json", "--threads", "1"];
        Assert.Equal(
            (await CliRun.OfGood(["query", model, .. query])).Json.GetProperty("hits").GetRawText(),
            (await CliRun.OfGood(["query", coded, .. query])).Json.GetProperty("hits").GetRawText());
        await CliRun.OfGood("verify", coded);

        string small = _folder.File("small.linr");
        await CliRun.OfGood("quantize", coded, "--rows", "int8", "-o", small);
        JsonElement embedding = (await CliRun.OfGood("inspect", small, "--json")).Json.GetProperty("embeddings")[0];
        Assert.Equal(("int8", 320), (
            embedding.GetProperty("rowType").GetString(), embedding.GetProperty("codeBytes").GetInt32()));

        string alone = _folder.File("alone.linr");
        await CliRun.OfGood("quantize", coded, "--rows", "none", "--embedding", "v", "-o", alone);
        JsonElement found = (await CliRun.OfGood(["query", alone, .. query])).Json;
        Assert.Equal("sign-oporp(64)", found.GetProperty("mode").GetString());
        Assert.Equal(4, found.GetProperty("hits").GetArrayLength());
        await CliRun.AssertMistake(
            ExitCode.Usage, "expected rows to convert; found codes alone.", "quantize", alone, "--rows", "int8", "-o", small);
        await CliRun.AssertMistake(ExitCode.Usage, "expected one or more; found none.", "quantize", model, "-o", small);
        await CliRun.AssertMistake(
            ExitCode.Usage, "--embedding: expected one of v; found \"w\".", "quantize", model, "--embedding", "w",
            "--rows", "int8", "-o", small);
    }

    [Fact]
    public async Task Codes_are_built_inspected_and_searched_on_request_only()
    {
        string model = await BuildAsync();
        string vectors = _folder.File("v.npy");
        string coded = _folder.File("coded.linr");
        Assert.Equal(ExitCode.Success, (await CliRun.Of("export", model, "--embedding", "v", "-o", vectors)).Code);
        CliRun built = await CliRun.Of(
            "build", "--embedding", $"w={vectors}", "-o", coded, "--codes", "sign-oporp(128)");
        Assert.Equal(ExitCode.Success, built.Code);
        JsonElement embedding = (await CliRun.Of("inspect", coded, "--json")).Json.GetProperty("embeddings")[0];
        Assert.Equal("sign-oporp(128)", embedding.GetProperty("codes").GetString());
        Assert.Equal(TinyData.ItemCount * 16, embedding.GetProperty("codeBytes").GetInt32());
        CliRun inspected = await CliRun.Of("inspect", coded);
        Assert.Contains("sign-oporp(128)", inspected.Output, StringComparison.Ordinal);

        string[] query = ["query", coded, "--vector", "1,0,0", "-k", "3"];
        JsonElement exact = (await CliRun.Of([.. query, "--json"])).Json;
        Assert.True(exact.GetProperty("exact").GetBoolean());
        Assert.Equal("rows", exact.GetProperty("mode").GetString());
        CliRun codes = await CliRun.Of([.. query, "--codes-only", "--asymmetric", "--check-exact"]);
        Assert.Contains("approximate: sign-oporp(128) asymmetric", codes.Output, StringComparison.Ordinal);
        Assert.Contains("of the exact answer's hits", codes.Output, StringComparison.Ordinal);
        JsonElement share = (await CliRun.Of([.. query, "--rescore", "50%", "--json"])).Json;
        Assert.Equal("sign-oporp(128) -> 20 of 40 rescored", share.GetProperty("mode").GetString());
        JsonElement count = (await CliRun.Of([.. query, "--rescore", "40", "--check-exact", "--json"])).Json;
        Assert.True(count.GetProperty("exact").GetBoolean());
        Assert.Equal(1, count.GetProperty("recall").GetDouble());
        Assert.Equal(exact.GetProperty("hits").GetRawText(), count.GetProperty("hits").GetRawText());
    }

    [Theory]
    [InlineData("--codes-only", "--codes-only, --copy-only and --rescore: expected an embedding with codes; \"v\" has none")]
    [InlineData("--rescore=1%", "--codes-only, --copy-only and --rescore: expected an embedding with codes; \"v\" has none")]
    [InlineData("--rescore=much", "--rescore: expected a share such as 1%, or a number of items; found \"much\".")]
    [InlineData("--rescore=200%", "--rescore: expected above 0 and at most 1; found 2.")]
    [InlineData("--asymmetric", "--asymmetric: expected --codes-only or --rescore too; found neither.")]
    [InlineData("--check-exact", "--check-exact: expected an")]
    public async Task Wrong_uses_of_codes_are_said(string option, string expected)
    {
        await CliRun.AssertMistake(ExitCode.Usage, expected, "query", await BuildAsync(), "--vector", "1,0,0", option);
    }

    [Theory]
    [InlineData("Float16")]
    [InlineData("int8")]
    public async Task Embeddings_go_out_and_come_back_in(string rows)
    {
        string model = await BuildAsync();
        string vectors = _folder.File("v.npy");
        Assert.Equal(ExitCode.Success, (await CliRun.Of("export", model, "--embedding", "v", "-o", vectors)).Code);
        string again = _folder.File("again.linr");
        CliRun built = await CliRun.Of("build", "--embedding", $"w={vectors}", "-o", again, "--rows", rows);
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
    [InlineData("--k: expected 1 or more; found 0.", "-k", "0")]
    [InlineData("--param: expected NAME=VALUE", "--param", "colour")]
    [InlineData("--group-by: expected ATTRIBUTE", "--group-by", "colour:x")]
    [InlineData("the model has no query tower", "--history", "p1")]
    [InlineData("--item: expected ids of items in the model; found \"nobody\".", "--item", "nobody")]
    public async Task A_mistake_is_a_sentence_and_no_stack_trace(string expected, params string[] arguments)
    {
        string model = await BuildAsync();
        bool hasQuery = arguments[0] is "--vector" or "--history" or "--item";
        await CliRun.AssertMistake(
            ExitCode.Usage, expected, ["query", model, .. arguments, .. hasQuery ? [] : (string[])["--item", "p1"]]);
    }

    [Theory]
    [InlineData("The model: expected a file; found none at", "inspect", "{folder}/none.linr")]
    [InlineData("The model: expected a file; found a folder at", "query", "{folder}", "--item", "p1")]
    [InlineData("items.jsonl: header, byte 0: expected a safetensors header", "verify", "{folder}/items.jsonl")]
    [InlineData(
        "--items: expected a file; found none at", "build", "--items", "{folder}/none.csv", "--out", "{folder}/x")]
    [InlineData(
        "--embedding: expected a file; found none at", "build", "--embedding", "v={folder}/none.npy", "--out",
        "{folder}/x")]
    [InlineData("--out: expected a folder", "build", "--items", "{folder}/items.jsonl", "--out", "{folder}/none/x")]
    [InlineData(
        "--out: expected a file to write; found a folder", "export", "{folder}/model.linr", "--out", "{folder}")]
    public async Task A_file_that_is_not_there_is_a_failure(string expected, params string[] arguments)
    {
        await BuildAsync();
        string[] args = [.. arguments.Select(arg => arg.Replace("{folder}", _folder.Root, StringComparison.Ordinal))];
        await CliRun.AssertMistake(ExitCode.Failure, expected, args);
    }

    [Theory]
    [InlineData("--embedding: expected one of v; found \"w\".", "--embedding", "w", "--out", "{folder}/x.npy")]
    [InlineData("expected a file name that ends in .csv, .tsv, .jsonl or .parquet", "--out", "{folder}/x.npy")]
    [InlineData("expected a file name that ends in .csv", "--out", "{folder}/x.linr")]
    public async Task What_cannot_be_exported_is_said(string expected, params string[] arguments)
    {
        string model = await BuildAsync();
        string[] args = [.. arguments.Select(arg => arg.Replace("{folder}", _folder.Root, StringComparison.Ordinal))];
        await CliRun.AssertMistake(ExitCode.Usage, expected, ["export", model, .. args]);
    }

    [Theory]
    [InlineData("--map: expected one of id, size; found \"colr\".", "--map", "colr=colour", "--schema", "{schema}")]
    [InlineData("expected a column \"name\"; found id, colour, size, v.", "--map", "id=name")]
    [InlineData("Expected --items, --embedding or both; found neither.")]
    public async Task What_cannot_be_built_is_said(string expected, params string[] arguments)
    {
        string schema = _folder.Write(
            "schema.json",
            """{"id": "text", "fields": [{"name": "size", "type": "integer", "roles": ["attribute"]}]}""");
        string[] items = arguments.Length > 0 ? ["--items", TinyData.Items(_folder)] : [];
        string[] args = [.. arguments.Select(arg => arg.Replace("{schema}", schema, StringComparison.Ordinal))];
        await CliRun.AssertMistake(
            ExitCode.Usage, expected, ["build", .. items, .. args, "--out", _folder.File("x.linr")]);
    }

    [Fact]
    public async Task More_hits_than_items_are_all_items()
        => Assert.Equal(
            TinyData.ItemCount - 1,
            (await CliRun.OfGood(
                "query", await BuildAsync(), "--item", "p1", "-k", "1000000",
                "--json")).Json.GetProperty("hits").GetArrayLength());

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

    private Task<string> BuildAsync() => TinyData.BuildAsync(_folder);
}
