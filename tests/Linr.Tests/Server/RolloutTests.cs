using Grpc.Core;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server;

public sealed class RolloutTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly RandomItems _items = new(200, seed: 73);
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(_folder, _items);
        TestServer.WriteModel(_folder.File("files/next.linr"), _items, version: "next");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_new_version_has_the_live_items_and_follows_them_before_and_after_it_is_promoted()
    {
        await WriteAsync("before", 1);
        V1.VersionInfo next = await _server.LoadAsync("items", "2", "next.linr");
        Assert.Equal((V1.VersionState.Ready, "next", 201), (next.State, next.ModelVersion, next.Items));
        V1.WriteResponse during = await WriteAsync("during", 2);
        await AssertFoundAsync("items@2", "before", 1, string.Empty);
        await AssertFoundAsync("items@2", "during", 2, during.State);

        V1.ModelInfo promoted = await _server.Models.PromoteAsync(
            new V1.PromoteRequest { Model = "items", Version = "2" });
        Assert.Equal(("2", "1"), (promoted.Live, promoted.Previous));
        V1.WriteResponse after = await WriteAsync("after", 3);
        Assert.Equal("2", (await AssertFoundAsync("items", "after", 3, after.State)).Version);
        // The one before follows now, and answers of both are about all writes.
        await AssertFoundAsync("items@1", "after", 3, after.State);
        await AssertFoundAsync("items", "during", 2, during.State);

        V1.ModelInfo back = await _server.Models.RollbackAsync(new V1.RollbackRequest { Model = "items" });
        Assert.Equal(("1", "2"), (back.Live, back.Previous));
        V1.WriteResponse last = await WriteAsync("last", 4);
        Assert.Equal("1", (await AssertFoundAsync("items", "last", 4, last.State)).Version);
        await AssertFoundAsync("items@2", "last", 4, last.State);
        await AssertFoundAsync("items", "after", 3, after.State);
    }

    [Fact]
    public async Task After_a_restart_all_is_as_it_was()
    {
        await _server.LoadAsync("items", "2", "next.linr");
        await _server.Models.PromoteAsync(new V1.PromoteRequest { Model = "items", Version = "2" });
        await _server.Models.SetCanaryAsync(new V1.SetCanaryRequest { Model = "items", Version = "1", Percent = 20 });
        await _server.Models.SetAliasAsync(new V1.SetAliasRequest { Alias = "shop", Model = "items" });
        V1.WriteResponse written = await WriteAsync("kept", 5);
        await _server.DisposeAsync();
        _server = await TestServer.StartAsync(new Dictionary<string, string?>
        {
            ["Linr:Data"] = _folder.File("data"), ["Linr:Files"] = _folder.File("files"),
        });
        V1.ModelInfo model = await _server.Models.GetModelAsync(new V1.GetModelRequest { Model = "shop" });
        Assert.Equal(("items", "2", "1", 20.0), (model.Name, model.Live, model.Canary.Version, model.Canary.Percent));
        Assert.All(model.Versions, one => Assert.Equal(V1.VersionState.Ready, one.State));
        await AssertFoundAsync("shop", "kept", 5, written.State);
        await AssertFoundAsync("shop@1", "kept", 5, written.State);
        V1.WriteResponse after = await WriteAsync("later", 6);
        await AssertFoundAsync("shop@1", "later", 6, after.State);
    }

    [Fact]
    public async Task A_canary_answers_its_share_of_keys_and_always_the_same()
    {
        await _server.LoadAsync("items", "2", "next.linr");
        await _server.Models.SetCanaryAsync(new V1.SetCanaryRequest { Model = "items", Version = "2", Percent = 30 });
        string[] versions = await AnsweredByAsync();
        Assert.InRange(versions.Count(version => version == "2"), 300 - 90, 300 + 90);
        Assert.Equal(versions, await AnsweredByAsync());

        // Who was in the smaller share is in the larger one.
        await _server.Models.SetCanaryAsync(new V1.SetCanaryRequest { Model = "items", Version = "2", Percent = 60 });
        string[] more = await AnsweredByAsync();
        Assert.All(versions.Zip(more), pair => Assert.True(pair.First != "2" || pair.Second == "2"));
        await _server.Models.SetCanaryAsync(new V1.SetCanaryRequest { Model = "items" });
        Assert.DoesNotContain("2", await AnsweredByAsync());

        async Task<string[]> AnsweredByAsync()
        {
            var answered = new List<string>();
            for (int user = 0; user < 1_000; user++)
            {
                V1.SearchRequest request = Request("items", k: 1);
                request.RoutingKey = $"user-{user}";
                answered.Add((await _server.Retrieval.SearchAsync(request)).Version);
            }

            return [.. answered];
        }
    }

    [Fact]
    public async Task A_shadow_is_compared_and_never_answers()
    {
        await _server.LoadAsync("items", "2", "next.linr");
        await _server.Models.SetShadowAsync(new V1.SetShadowRequest { Model = "items", Version = "2", Percent = 100 });
        const int searches = 40;
        V1.ShadowComparison comparison;
        for (int i = 0; i < searches; i++)
        {
            Assert.Equal("1", (await _server.Retrieval.SearchAsync(Request("items", k: 10))).Version);
        }

        do
        {
            V1.ModelInfo model = await _server.Models.GetModelAsync(new V1.GetModelRequest { Model = "items" });
            comparison = model.Shadow.Comparison;
        }
        while (comparison.Compared + comparison.Failed + comparison.Dropped < searches);

        Assert.Equal(0, comparison.Failed);
        Assert.Equal((1.0, 0.0), (comparison.Overlap, comparison.ScoreDifference));
    }

    [Fact]
    public async Task A_version_whose_schema_does_not_fit_is_refused()
    {
        var others = new RandomItems(20, seed: 74);
        using (Linr.Index.ItemTableBuilder builder = new(others.Schema with
        {
            Fields = [.. others.Schema.Fields.Where(field => field.Name != "colour")],
        }))
        {
            builder.Append(others.Items[0] with
            {
                Fields = others.Items[0].Fields.Where(one => one.Key != "colour").ToDictionary(),
            });
            using Linr.Index.ItemTable table = builder.Build();
            Linr.Index.ModelFiles.ModelWriter.Write(
                _folder.File("files/less.linr"), new Linr.Index.ModelFiles.ModelContents { Items = table, Version = "less" });
        }

        V1.VersionInfo refused = await _server.LoadAsync("items", "3", "less.linr");
        Assert.Equal(V1.VersionState.Failed, refused.State);
        Assert.Contains("field \"colour\"", refused.Problem, StringComparison.Ordinal);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await _server.Models.PromoteAsync(
            new V1.PromoteRequest { Model = "items", Version = "3" }));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        V1.ModelInfo unloaded = await _server.Models.UnloadVersionAsync(
            new V1.UnloadVersionRequest { Model = "items", Version = "3", Delete = true });
        Assert.Equal(["1"], unloaded.Versions.Select(one => one.Version));
    }

    [Fact]
    public async Task A_version_beyond_the_memory_budget_is_refused_before_it_is_read()
    {
        await using TestServer small = await TestServer.StartAsync(new Dictionary<string, string?>
        {
            ["Linr:Data"] = _folder.File("small"),
            ["Linr:Files"] = _folder.File("files"),
            ["Linr:MemoryBytesMax"] = "100000",
        });
        V1.VersionInfo refused = await small.LoadAsync("items", "1", "items.linr");
        Assert.Equal(V1.VersionState.Failed, refused.State);
        Assert.Contains("memory budget of 100,000", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(0, (await small.Models.ListModelsAsync(new V1.ListModelsRequest())).Memory.UsedBytes);
    }

    [Theory]
    [InlineData("../next.linr")]
    [InlineData("/etc/hostname")]
    [InlineData("none.linr")]
    public async Task A_file_outside_of_the_folder_is_not_loaded(string file)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await _server.Models.LoadVersionAsync(
            new V1.LoadVersionRequest { Model = "items", Version = "9", File = file }));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task The_live_version_is_not_unloaded_nor_a_model_that_an_alias_names_deleted()
    {
        await _server.Models.SetAliasAsync(new V1.SetAliasRequest { Alias = "shop", Model = "items" });
        await AssertRefusedAsync(async () => await _server.Models.UnloadVersionAsync(
            new V1.UnloadVersionRequest { Model = "items", Version = "1" }));
        await AssertRefusedAsync(async () => await _server.Models.DeleteModelAsync(
            new V1.DeleteModelRequest { Model = "items" }));
        await _server.Models.DeleteAliasAsync(new V1.DeleteAliasRequest { Alias = "shop" });
        await _server.Models.DeleteModelAsync(new V1.DeleteModelRequest { Model = "items" });
        Assert.Empty((await _server.Models.ListModelsAsync(new V1.ListModelsRequest())).Models);
        Assert.False(Directory.Exists(_folder.File("data/models/items")));

        static async Task AssertRefusedAsync(Func<Task> call)
            => Assert.Equal(
                StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
    }

    private static V1.SearchRequest Request(string model, int k)
    {
        var request = new V1.SearchRequest { Model = model, K = k };
        request.Embeddings.Add(new V1.QueryVector
        {
            Name = "main", Vector = { RandomItems.RandomVector(new Random(6), RandomItems.Dim) },
        });
        return request;
    }

    private async Task<V1.WriteResponse> WriteAsync(string id, long size)
    {
        var item = new V1.Item { Id = new V1.ItemId { Text = id } };
        item.Fields.Add("size", new V1.Values { Values_ = { new V1.Value { Integer = size } } });
        item.Embeddings.Add("main", new V1.Vector { Values = { new float[RandomItems.Dim] } });
        item.Embeddings.Add("side", new V1.Vector { Values = { new float[RandomItems.SideDim] } });
        return await _server.Items.WriteAsync(new V1.WriteRequest
        {
            Model = "items", Changes = { new V1.Change { Upsert = item } },
        });
    }

    private async Task<V1.GetResponse> AssertFoundAsync(string model, string id, long size, string after)
    {
        V1.GetResponse got = await _server.Items.GetAsync(new V1.GetRequest
        {
            Model = model, Ids = { new V1.ItemId { Text = id } }, After = after,
        });
        Assert.Equal(size, got.Items.Single().Fields["size"].Values_[0].Integer);
        return got;
    }
}
