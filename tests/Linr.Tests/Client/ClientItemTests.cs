using Grpc.Core;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Tests.Server;

namespace Linr.Tests.Client;

using Linr.Client;

/// <summary>Items by the client, of a real server, with ids of each kind.</summary>
public sealed class ClientItemTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_date = new(2024, 2, 29, 12, 30, 15, 123, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private LinrClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder.File("files"));
        _server = await TestServer.StartAsync(new Dictionary<string, string?>
        {
            ["Linr:Data"] = _folder.File("data"), ["Linr:Files"] = _folder.File("files"),
        });
        _client = new LinrClient(new LinrClientOptions { Addresses = [_server.GrpcAddress], ReadYourWrites = true });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Linr.IdKind.Integer)]
    [InlineData(Linr.IdKind.Guid)]
    [InlineData(Linr.IdKind.Text)]
    public async Task Items_of_any_kind_of_id_are_written_found_changed_and_gone(Linr.IdKind kind)
    {
        await LoadAsync(kind);
        ItemId[] ids = [.. Enumerable.Range(0, 5).Select(i => IdOf(kind, i))];
        WriteResult written = await _client.UpsertAsync("items", ids.Select((id, i) => MakeItem(id, i)));
        Assert.Equal((5, 0), (written.Upserted, written.Stale));

        Item item = (await _client.GetAsync(
            new GetRequest { Model = "items", Ids = [ids[3]], WithEmbeddings = true })).Items.Single();
        Item expected = MakeItem(ids[3], 3);
        Assert.Equal(expected.Id, item.Id);
        Assert.Equal(expected.Fields.Keys.Order(), item.Fields.Keys.Order());
        Assert.All(expected.Fields, one => Assert.Equal(one.Value, item.Fields[one.Key]));
        Assert.Equal(expected.Embeddings["v"].ToArray(), item.Embeddings["v"].ToArray());

        SearchResponse found = await _client.SearchAsync(new SearchRequest
        {
            Model = "items",
            Items = [ids[0]],
            Filter = Filter.OfText("id not in @seen").WithIds("seen", [ids[1]]),
        });
        Assert.Equal(ids[2..].ToHashSet(), found.Hits.Select(hit => hit.Id).ToHashSet());

        Item patch = new()
        {
            Id = ids[3],
            Fields = new Dictionary<string, IReadOnlyList<Value>> { ["year"] = [2_001], ["names"] = [] },
        };
        Assert.Equal(1, (await _client.UpdateAsync("items", patch)).Updated);
        item = (await _client.GetAsync("items", ids[3]))!;
        Assert.Equal(2_001, item.Fields["year"][0].Integer);
        Assert.False(item.Fields.ContainsKey("names"));
        Assert.Equal(expected.Fields["added"], item.Fields["added"]);

        Assert.Equal(1, (await _client.DeleteAsync("items", ids[3])).Deleted);
        Assert.Null(await _client.GetAsync("items", ids[3]));
        WriteResult missing = await _client.DeleteAsync("items", ids);
        Assert.Equal((4, 1), (missing.Deleted, missing.Missing));
        Assert.Equal(0, (await _client.CountAsync("items")).Items);
        if (kind == Linr.IdKind.Guid)
        {
            Assert.Equal(MakeGuid(3), expected.Id.Guid);
        }
    }

    [Fact]
    public async Task A_late_version_has_no_effect()
    {
        await LoadAsync(Linr.IdKind.Text);
        await _client.UpsertAsync("items", MakeItem("a", 2_000), version: 5);
        Assert.Equal(1, (await _client.UpsertAsync("items", MakeItem("a", 1_999), version: 4)).Stale);
        Assert.Equal(1, (await _client.DeleteAsync("items", "a", version: 5)).Stale);
        Assert.Equal(2_000, (await _client.GetAsync("items", "a"))!.Fields["year"][0].Integer);
    }

    [Fact]
    public async Task A_set_with_a_wrong_change_changes_nothing()
    {
        await LoadAsync(Linr.IdKind.Text);
        Item wrong = new()
        {
            Id = "b", Fields = new Dictionary<string, IReadOnlyList<Value>> { ["year"] = ["soon"] },
        };
        LinrException error = await Assert.ThrowsAsync<LinrException>(() => _client.WriteAsync(
            "items", [ItemChange.Upsert(MakeItem("a", 1)), ItemChange.Upsert(wrong)]));
        Assert.Equal(StatusCode.InvalidArgument, error.Status);
        Assert.NotEmpty(error.Problems);
        Assert.Equal(0, (await _client.CountAsync("items")).Items);
    }

    [Fact]
    public async Task A_scroll_has_every_item_once_in_the_order_of_their_ids()
    {
        await LoadAsync(Linr.IdKind.Integer);
        await _client.UpsertAsync("items", Enumerable.Range(0, 100).Select(i => MakeItem(i, i)));
        List<Item> items = await _client.ScrollAsync(
            new ScrollRequest { Model = "items", Filter = "year >= 10", Limit = 7, Fields = ["year"] }).ToListAsync();
        Assert.Equal(Enumerable.Range(10, 90).Select(i => (long)i), items.Select(item => item.Id.Integer));
        Assert.All(items, item => Assert.Equal(["year"], item.Fields.Keys));

        ScrollPage page = await _client.GetPageAsync(new ScrollRequest { Model = "items", Limit = 60 });
        page = await _client.GetPageAsync(new ScrollRequest { Model = "items", Limit = 60, Page = page.Next });
        Assert.Equal((40, null), (page.Items.Length, page.Next));
    }

    [Fact]
    public async Task Reads_ask_for_the_last_write()
    {
        await LoadAsync(Linr.IdKind.Text);
        WriteResult[] written = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => _client.UpsertAsync("items", MakeItem($"i{i}", i))));
        ItemCount count = await _client.CountAsync("items");
        Assert.Equal(20, count.Items);
        Assert.Equal(written.Max(one => OffsetOf(one.State)), OffsetOf(count.State));

        // A state that no server has: the token went with the request.
        string ahead = $"1:{OffsetOf(count.State) + 1_000_000}";
        LinrException error = await Assert.ThrowsAsync<LinrException>(
            () => _client.CountAsync(new CountRequest { Model = "items", After = ahead }));
        Assert.Contains(ahead, error.Message, StringComparison.Ordinal);

        static long OffsetOf(string state) => long.Parse(state.Split(':')[1], null);
    }

    [Fact]
    public async Task A_writer_keeps_many_sets_under_way_and_ends_at_a_wrong_one()
    {
        await LoadAsync(Linr.IdKind.Integer);
        await using (ItemWriter writer = await _client.OpenWriterAsync("items"))
        {
            var durable = new List<Task<WriteResult>>();
            for (int i = 0; i < 300; i++)
            {
                durable.Add(await writer.StartAsync([ItemChange.Upsert(MakeItem(i, i))]));
            }

            await writer.CompleteAsync();
            Assert.All(durable, one => Assert.Equal(1, one.Result.Upserted));
        }

        Assert.Equal(300, (await _client.CountAsync("items")).Items);
        await using (ItemWriter writer = await _client.OpenWriterAsync("items"))
        {
            Assert.Equal(1, (await writer.WriteAsync([ItemChange.Delete(5)])).Deleted);
            LinrException error = await Assert.ThrowsAsync<LinrException>(
                () => writer.WriteAsync([ItemChange.Delete("five")]));
            Assert.Equal(["changes[0].delete"], error.Problems.Select(one => one.Field));
            Assert.Same(
                error, await Assert.ThrowsAsync<LinrException>(() => writer.WriteAsync([ItemChange.Delete(6)])));
        }

        Assert.Equal(299, (await _client.CountAsync("items")).Items);
    }

    [Fact]
    public async Task Models_are_listed_loaded_promoted_rolled_back_and_named()
    {
        await LoadAsync(Linr.IdKind.Text);
        await _client.UpsertAsync("items", MakeItem("a", 1));
        ModelInfo info = await _client.Models.GetAsync("items");
        Assert.Equal(("items", "1", null, true), (info.Name, info.Live, info.Previous, info.IsWritable));
        Assert.Equal(VersionState.Ready, info.Versions.Single().State);
        Assert.Contains("\"year\"", info.Versions.Single().Schema, StringComparison.Ordinal);

        await _client.Models.SetAliasAsync("shop", "items");
        ModelList list = await _client.Models.ListAsync();
        Assert.Equal("items", list.Aliases["shop"]);
        Assert.True(list.MemoryBudgetBytes > list.MemoryUsedBytes);
        Assert.Equal(1, (await _client.CountAsync("shop")).Items);
        await _client.Models.DeleteAliasAsync("shop");

        Snapshot snapshot = await _client.Models.SnapshotAsync("items");
        Assert.True(snapshot.Bytes > 0);
        LinrException error = await Assert.ThrowsAsync<LinrException>(
            () => _client.Models.PromoteAsync("items", "9"));
        Assert.Equal(StatusCode.NotFound, error.Status);
        error = await Assert.ThrowsAsync<LinrException>(() => _client.Models.RollbackAsync("items"));
        Assert.Equal(StatusCode.FailedPrecondition, error.Status);
        Assert.Null((await _client.Models.SetCanaryAsync("items", null)).Canary);
        Assert.Null((await _client.Models.SetShadowAsync("items", null)).Shadow);
    }

    private static ItemId IdOf(Linr.IdKind kind, int i) => kind switch
    {
        Linr.IdKind.Integer => i - 2,
        Linr.IdKind.Guid => MakeGuid(i),
        _ => $"item {i} é",
    };

    private static Guid MakeGuid(int i) => new(i, 7, 7, [1, 2, 3, 4, 5, 6, 7, 0xAB]);

    private static Item MakeItem(ItemId id, int i) => new()
    {
        Id = id,
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["names"] = ["one", "two"],
            ["year"] = [i],
            ["price"] = [i + 0.5],
            ["isNew"] = [i % 2 == 0],
            ["added"] = [s_date.AddDays(i)],
            ["note"] = ["a text"],
            ["raw"] = [Value.OfBytes([1, 2, (byte)i])],
        },
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["v"] = new float[] { 1, i, -2 } },
    };

    private async Task LoadAsync(Linr.IdKind kind)
    {
        var schema = new Linr.Schema
        {
            IdKind = kind,
            Fields =
            [
                new("names", Linr.FieldType.Keyword, Linr.FieldRoles.Attribute, MultiValued: true),
                new("year", Linr.FieldType.Integer, Linr.FieldRoles.Attribute),
                new("price", Linr.FieldType.Float, Linr.FieldRoles.Attribute),
                new("isNew", Linr.FieldType.Boolean, Linr.FieldRoles.Attribute),
                new("added", Linr.FieldType.Date, Linr.FieldRoles.Attribute),
                new("note", Linr.FieldType.Text, Linr.FieldRoles.Stored),
                new("raw", Linr.FieldType.Bytes, Linr.FieldRoles.Stored),
            ],
            Embeddings = [new("v", 3, Linr.Metric.Dot)],
        };
        using var builder = new ItemTableBuilder(schema);
        using ItemTable table = builder.Build();
        ModelWriter.Write(_folder.File("files/items.linr"), new ModelContents { Items = table, Version = "test" });
        await _server.LoadAsync("items", "1", "items.linr");
    }
}
