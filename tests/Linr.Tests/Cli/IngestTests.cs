using System.Text.Json;
using Linr.Cli;
using Linr.Engine.Store;
using Linr.Tests.Ingest.Postgres;

namespace Linr.Tests.Cli;

/// <summary>`linr ingest` makes the changes of sources in a store, and says what is wrong with them.</summary>
public sealed class IngestTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_is_made_of_a_model_and_goes_on_where_it_was()
    {
        string model = await TinyData.BuildAsync(_folder);
        string store = _folder.File("store");
        string changes = _folder.Write(
            "changes.jsonl",
            """
            {"id":"p0","colour":"green","size":1,"v":[1,2,3]}
            {"$op":"delete","id":"p1"}
            {"$op":"update","id":"p2","size":99}

            """);
        JsonElement made = Source(await CliRun.OfGood(
            "ingest", store, "--model", model, "--from", changes, "--once", "--json"));
        Assert.Equal("file:changes.jsonl", made.GetProperty("name").GetString());
        Assert.Equal(3, made.GetProperty("applied").GetInt32());
        await File.AppendAllTextAsync(changes, "{\"id\":\"p1\",\"colour\":\"back\",\"size\":2,\"v\":[3,2,1]}\n");
        JsonElement next = Source(await CliRun.OfGood("ingest", store, "--from", changes, "--once", "--json"));
        Assert.Equal(1, next.GetProperty("applied").GetInt32());
        using IndexStore opened = IndexStore.Open(store);
        Assert.Equal(
            ["green", "back"], new ItemId[] { "p0", "p1" }.Select(id => opened.Get(id)!.Fields["colour"][0].Text));
        Assert.Equal(99, opened.Get("p2")!.Fields["size"][0].Integer);
    }

    [Fact]
    public async Task A_bad_record_ends_it_with_a_failure_unless_it_may_be_a_dead_letter()
    {
        string model = await TinyData.BuildAsync(_folder);
        string store = _folder.File("store");
        string changes = _folder.Write(
            "changes.jsonl",
            """
            {"id":"p0","size":"many"}
            {"$op":"delete","id":"p1"}

            """);
        CliRun failed = await CliRun.Of("ingest", store, "--model", model, "--from", changes, "--once");
        Assert.Equal(ExitCode.Failure, failed.Code);
        Assert.Contains(
            "error: Source \"file:changes.jsonl\", changes.jsonl, line 1: changes.jsonl, line 1, column \"size\": "
                + "expected a 64-bit integer; found \"many\".",
            failed.Error,
            StringComparison.Ordinal);
        string dead = _folder.File("dead.jsonl");
        JsonElement source = Source(await CliRun.OfGood(
            "ingest", store, "--from", changes, "--once", "--dead-letters", dead, "--json"));
        Assert.Equal((1, 1), (source.GetProperty("poison").GetInt32(), source.GetProperty("applied").GetInt32()));
        Assert.Single(await File.ReadAllLinesAsync(dead));
    }

    [Fact]
    public async Task A_table_is_named_by_one_address()
    {
        string model = await TinyData.BuildAsync(_folder);
        PostgresServer server = await postgres.Server;
        string db = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(
            db,
            "CREATE TABLE products (sku text PRIMARY KEY, colour text, size int, v float4[])",
            "INSERT INTO products VALUES ('p0', 'green', 5, '{1,2,3}')");
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(db);
        string store = _folder.File("store");
        string from = $"postgres://postgres@localhost/{connection.Database}?host={connection.Host}&table=products"
            + "&slot=of_cli&scope=none";
        await CliRun.OfGood("ingest", store, "--model", model, "--from", from, "--once", "--map", "id=sku");
        using IndexStore opened = IndexStore.Open(store);
        Assert.Equal("green", opened.Get("p0")!.Fields["colour"][0].Text);
        Assert.Equal(TinyData.ItemCount, opened.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("v", new float[] { 1, 2, 3 })], K = 100,
        }).Hits.Count);
    }

    [Theory]
    [InlineData("--from: expected a file or folder, postgres://", "ftp://host/x")]
    [InlineData("--from: expected a file or folder, postgres://", "postgres://user:secret@host/db")]
    [InlineData("--from: expected a file or folder, postgres://", "kafka://host:9092")]
    [InlineData("--from: kafka://: unknown parameter \"colour\".", "kafka://host:9092/t?colour=red")]
    [InlineData("--from: value: expected item, debezium; found \"avro\".", "kafka://host:9092/t?value=avro")]
    [InlineData("--from: scope: expected all, none or prefix:TEXT; found \"some\".", "kafka://host:9092/t?scope=some")]
    [InlineData("Slot: expected 1 to 63 small letters, digits and underscores; found", "postgres://h/d?table=t&slot=A")]
    public async Task A_mistake_is_a_sentence_without_a_password(string expected, string from)
    {
        CliRun run = await CliRun.Of("ingest", _folder.File("store"), "--from", from, "--once");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_not_there_needs_a_model()
        => await CliRun.AssertMistake(
            ExitCode.Failure, "The store: expected a folder that has one, or --model to make it of; found neither",
            "ingest", _folder.File("store"), "--from", _folder.Write("a.jsonl", ""), "--once");

    private static JsonElement Source(CliRun run)
        => Assert.Single(run.Json.GetProperty("sources").EnumerateArray().ToArray());
}
