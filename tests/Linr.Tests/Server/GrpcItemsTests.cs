using Grpc.Core;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server;

public sealed class GrpcItemsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly RandomItems _items = new(300, seed: 72);
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(_folder, _items);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_written_is_found_by_the_next_search_and_gone_when_deleted()
    {
        float[] vector = [.. Enumerable.Repeat(3f, RandomItems.Dim)];
        V1.WriteResponse written = await _server.Items.WriteAsync(Write(Upsert("new", "violet", vector)));
        Assert.Equal(1, written.Upserted);
        V1.SearchRequest request = Near(vector);
        request.After = written.State;
        V1.SearchResponse found = await _server.Retrieval.SearchAsync(request);
        Assert.Equal("new", found.Hits[0].Id.Text);
        Assert.Equal("violet", found.Hits[0].Fields["colour"].Values_[0].Text);

        V1.WriteResponse deleted = await _server.Items.WriteAsync(Write(
            new V1.Change { Delete = new V1.ItemId { Text = "new" } },
            new V1.Change { Delete = new V1.ItemId { Text = "never" } }));
        Assert.Equal((1, 1), (deleted.Deleted, deleted.Missing));
        Assert.DoesNotContain((await _server.Retrieval.SearchAsync(request)).Hits, hit => hit.Id.Text == "new");
    }

    [Fact]
    public async Task A_set_with_a_wrong_change_leaves_all_as_it_was()
    {
        V1.Change wrong = Upsert("b", "violet", new float[RandomItems.Dim]);
        wrong.Upsert.Fields["size"] = new V1.Values { Values_ = { new V1.Value { Text = "large" } } };
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await _server.Items.WriteAsync(
            Write(Upsert("a", "violet", [.. Enumerable.Repeat(1f, RandomItems.Dim)]), wrong)));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("size", error.Status.Detail, StringComparison.Ordinal);
        V1.GetResponse got = await _server.Items.GetAsync(new V1.GetRequest
        {
            Model = "items", Ids = { new V1.ItemId { Text = "a" }, new V1.ItemId { Text = "b" } },
        });
        Assert.Empty(got.Items);
        Assert.Equal(2, got.Missing.Count);
    }

    [Fact]
    public async Task A_version_of_an_item_that_is_no_newer_has_no_effect()
    {
        float[] vector = [.. Enumerable.Repeat(1f, RandomItems.Dim)];
        V1.Change newer = Upsert("v", "red", vector);
        newer.Version = 7;
        V1.Change older = Upsert("v", "blue", vector);
        older.Version = 6;
        Assert.Equal(1, (await _server.Items.WriteAsync(Write(newer))).Upserted);
        Assert.Equal(1, (await _server.Items.WriteAsync(Write(older))).Stale);
        V1.GetResponse got = await _server.Items.GetAsync(new V1.GetRequest
        {
            Model = "items", Ids = { new V1.ItemId { Text = "v" } }, Fields = { "colour" },
        });
        Assert.Equal("red", got.Items.Single().Fields["colour"].Values_[0].Text);
        Assert.Equal(["colour"], got.Items.Single().Fields.Keys);
    }

    [Fact]
    public async Task Sets_of_a_stream_are_made_in_order_and_each_is_acknowledged()
    {
        using AsyncDuplexStreamingCall<V1.WriteRequest, V1.WriteResponse> call = _server.Items.WriteStream();
        const int sets = 200;
        Task writing = WriteAllAsync();
        int acknowledged = 0;
        await foreach (V1.WriteResponse response in call.ResponseStream.ReadAllAsync())
        {
            Assert.Equal(1, response.Upserted);
            acknowledged++;
        }

        await writing;
        Assert.Equal(sets, acknowledged);
        V1.GetResponse got = await _server.Items.GetAsync(new V1.GetRequest
        {
            Model = "items", Ids = { new V1.ItemId { Text = "streamed" } },
        });
        Assert.Equal(sets - 1, got.Items.Single().Fields["size"].Values_[0].Integer);

        async Task WriteAllAsync()
        {
            for (int i = 0; i < sets; i++)
            {
                V1.Change change = Upsert("streamed", "red", new float[RandomItems.Dim]);
                change.Upsert.Fields["size"] = new V1.Values { Values_ = { new V1.Value { Integer = i } } };
                await call.RequestStream.WriteAsync(Write(change));
            }

            await call.RequestStream.CompleteAsync();
        }
    }

    [Fact]
    public async Task A_wrong_set_ends_its_stream_with_what_is_wrong()
    {
        using AsyncDuplexStreamingCall<V1.WriteRequest, V1.WriteResponse> call = _server.Items.WriteStream();
        await call.RequestStream.WriteAsync(Write(Upsert("c", "red", new float[RandomItems.Dim])));
        await call.RequestStream.WriteAsync(Write(new V1.Change()));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("changes[0]", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_have_every_item_once()
    {
        var seen = new List<string>();
        string page = string.Empty;
        do
        {
            V1.ScrollResponse response = await _server.Items.ScrollAsync(new V1.ScrollRequest
            {
                Model = "items", Limit = 37, Page = page, Filter = new V1.Filter { Text = "colour != 'red'" },
            });
            seen.AddRange(response.Items.Select(item => item.Id.Text));
            page = response.Next;
        }
        while (page.Length > 0);

        Assert.Equal(
            _items.Items.Where(item => !item.Fields.TryGetValue("colour", out IReadOnlyList<Value>? colours)
                || colours.All(colour => colour.Text != "red")).Select(item => item.Id.Text).Order(),
            seen.Order());
    }

    [Fact]
    public async Task A_state_that_no_answer_gave_is_refused()
    {
        V1.SearchRequest request = Near(new float[RandomItems.Dim]);
        foreach (string state in (string[])["x", "1:999999999", "2:5", "1:-1"])
        {
            request.After = state;
            RpcException error = await Assert.ThrowsAsync<RpcException>(
                async () => await _server.Retrieval.SearchAsync(request));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            Assert.Contains("after:", error.Status.Detail, StringComparison.Ordinal);
        }
    }

    private static V1.WriteRequest Write(params V1.Change[] changes)
        => new() { Model = "items", Changes = { changes } };

    private static V1.Change Upsert(string id, string colour, float[] vector)
    {
        var item = new V1.Item { Id = new V1.ItemId { Text = id } };
        item.Fields.Add("colour", new V1.Values { Values_ = { new V1.Value { Text = colour } } });
        item.Embeddings.Add("main", new V1.Vector { Values = { vector } });
        item.Embeddings.Add("side", new V1.Vector { Values = { new float[RandomItems.SideDim] } });
        return new V1.Change { Upsert = item };
    }

    private static V1.SearchRequest Near(float[] vector)
    {
        var request = new V1.SearchRequest { Model = "items", K = 3, Fields = { "colour" } };
        request.Embeddings.Add(new V1.QueryVector { Name = "main", Vector = { vector } });
        return request;
    }
}
