using System.Net;
using System.Text.Json;
using Linr.Index;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Rest;

/// <summary>Items by REST: what is written there is read by gRPC, and the other way about.</summary>
public sealed class RestItemsTests : IAsyncLifetime
{
    private const string Items = "/v1/models/items/items";
    private readonly TemporaryFolder _folder = new();
    private readonly RandomItems _items = new(300, seed: 75);
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(_folder, _items);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_set_is_written_and_its_state_seen()
    {
        V1.WriteResponse written = await _server.Http.CallAsync<V1.WriteResponse>("POST", Items, $$"""
            {
              "changes": [
                {"upsert": {"id": "new", "fields": {"colour": "violet", "size": 7}, "embeddings": {{Embeddings}} } },
                {"update": {"id": "item-1", "fields": {"colour": null, "size": [8] } } },
                {"delete": "item-2"},
                {"delete": "never"}
              ]
            }
            """);
        Assert.Equal((1, 1, 1, 1), (written.Upserted, written.Updated, written.Deleted, written.Missing));
        V1.GetResponse got = await _server.Http.CallAsync<V1.GetResponse>(
            "POST", Items + "/get", $$"""{"ids": ["new", "item-1", "item-2"], "after": "{{written.State}}"}""");
        Assert.Equal(["new", "item-1"], got.Items.Select(item => item.Id.Text));
        Assert.Equal("item-2", Assert.Single(got.Missing).Text);
        Assert.Equal("violet", got.Items[0].Fields["colour"].Values_[0].Text);
        Assert.Equal(8, got.Items[1].Fields["size"].Values_[0].Integer);
        Assert.False(got.Items[1].Fields.ContainsKey("colour"));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a/b c?d#e")]
    [InlineData("a%2Fb")]
    [InlineData("\u00e9\u6f22\ud83d\ude00 +&")]
    public async Task One_item_is_put_read_changed_and_deleted_under_its_own_path(string id)
    {
        string path = $"{Items}/{Uri.EscapeDataString(id)}";
        V1.WriteResponse put = await _server.Http.CallAsync<V1.WriteResponse>(
            "PUT",
            path + "?version=5",
            $$"""{"fields": {"colour": "red", "size": 1}, "embeddings": {{Embeddings}} }""");
        Assert.Equal(1, put.Upserted);
        V1.WriteResponse stale = await _server.Http.CallAsync<V1.WriteResponse>(
            "PATCH", path + "?version=5", """{"fields": {"size": 2}}""");
        Assert.Equal(1, stale.Stale);
        V1.WriteResponse patched = await _server.Http.CallAsync<V1.WriteResponse>(
            "PATCH", path, """{"fields": {"size": 3}}""");
        Assert.Equal(1, patched.Updated);

        V1.Item item = await _server.Http.CallAsync<V1.Item>(
            "GET", $"{path}?fields=size,title&with_embeddings=true&after={patched.State}");
        Assert.Equal(id, item.Id.Text);
        Assert.Equal(3, item.Fields["size"].Values_[0].Integer);
        Assert.Equal(["size"], item.Fields.Keys);
        Assert.Equal(RandomItems.Dim, item.Embeddings["main"].Values.Count);
        Assert.Equal(item.Id, (await _server.Items.GetAsync(new V1.GetRequest
        {
            Model = "items", Ids = { new V1.ItemId { Text = id } },
        })).Items[0].Id);

        Assert.Equal(1, (await _server.Http.CallAsync<V1.WriteResponse>("DELETE", path)).Deleted);
        Assert.Equal(1, (await _server.Http.CallAsync<V1.WriteResponse>("DELETE", path)).Missing);
        JsonElement problem = await _server.Http.FailAsync("GET", path, json: null, HttpStatusCode.NotFound);
        Assert.Equal("urn:linr:not-found", problem.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Pages_go_through_all_items()
    {
        var seen = new HashSet<string>();
        string page = string.Empty;
        do
        {
            V1.ScrollResponse found = await _server.Http.CallAsync<V1.ScrollResponse>(
                "POST", Items + "/scroll", $$"""{"limit": 70, "page": "{{page}}", "fields": ["size"]}""");
            Assert.All(found.Items, item => Assert.True(seen.Add(item.Id.Text)));
            page = found.Next;
        }
        while (page.Length > 0);

        Assert.Equal(300, seen.Count);
        Assert.Equal(100, (await _server.Http.CallAsync<V1.ScrollResponse>("POST", Items + "/scroll")).Items.Count);
    }

    [Fact]
    public async Task An_integer_id_is_one_in_a_path_and_as_a_text()
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields = [new FieldSchema("size", FieldType.Integer, FieldRoles.Attribute)],
            Embeddings = [new EmbeddingSchema("main", 2)],
        };
        using (var builder = new ItemTableBuilder(schema))
        {
            builder.Append([new Item
            {
                Id = new ItemId(9_007_199_254_740_993),
                Fields = new Dictionary<string, IReadOnlyList<Value>>(),
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["main"] = new float[] { 1, 2 } },
            }]);
            using ItemTable table = builder.Build();
            Linr.Index.ModelFiles.ModelWriter.Write(
                _folder.File("files/numbers.linr"),
                new Linr.Index.ModelFiles.ModelContents { Items = table, Version = "1" });
        }

        await _server.LoadAsync("numbers", "1", "numbers.linr");
        V1.Item item = await _server.Http.CallAsync<V1.Item>("GET", "/v1/models/numbers/items/9007199254740993");
        Assert.Equal(9_007_199_254_740_993, item.Id.Integer);
        V1.GetResponse got = await _server.Http.CallAsync<V1.GetResponse>(
            "POST", "/v1/models/numbers/items/get", """{"ids": ["9007199254740993", 9007199254740993]}""");
        Assert.Equal(2, got.Items.Count);
        JsonElement problem = await _server.Http.FailAsync(
            "GET", "/v1/models/numbers/items/x", json: null, HttpStatusCode.BadRequest);
        Assert.Contains("expected an integer", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static string Embeddings { get; } = JsonSerializer.Serialize(new Dictionary<string, float[]>
    {
        ["main"] = [.. Enumerable.Repeat(0.5f, RandomItems.Dim)],
        ["side"] = [.. Enumerable.Repeat(1f, RandomItems.SideDim)],
    });
}
