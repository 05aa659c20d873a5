using Grpc.Core;
using Linr.Engine;
using Linr.Filters;
using Linr.Tests.Engine;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server;

public sealed class GrpcSearchTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly RandomItems _items = new(500, seed: 71);
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(_folder, _items);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_search_gives_what_the_engine_gives()
    {
        using Retriever retriever = _items.ToRetriever();
        for (int seed = 0; seed < 5; seed++)
        {
            float[] vector = RandomItems.RandomVector(new Random(seed), RandomItems.Dim);
            SearchResponse expected = retriever.Search(new SearchRequest
            {
                Embeddings = [new EmbeddingQuery("main", vector)],
                Filter = Filter.Parse("colour = 'red' and size >= 3"),
                K = 20,
                Fields = ["title", "size"],
            });
            V1.SearchRequest request = Request(vector, k: 20);
            request.Filter = new V1.Filter { Text = "colour = 'red' and size >= 3" };
            request.Fields.Add(["title", "size"]);
            V1.SearchResponse found = await _server.Retrieval.SearchAsync(request);
            Assert.Equal(
                expected.Hits.Select(hit => (hit.Id.Text, hit.Score)), found.Hits.Select(hit => (hit.Id.Text, hit.Score)));
            Assert.Equal(
                expected.Hits.Select(hit => hit.Fields["title"][0].Text),
                found.Hits.Select(hit => hit.Fields["title"].Values_[0].Text));
            Assert.True(found.Exact);
            Assert.Equal((500, expected.RowsPassed), (found.RowsScanned, found.RowsPassed));
            Assert.Equal(("items", "1"), (found.Model, found.Version));
            Assert.Contains(found.Stages, stage => stage.Name == "scan");
        }
    }

    [Fact]
    public async Task A_filter_with_parameters_and_a_prepared_one_pass_the_same_items()
    {
        float[] vector = RandomItems.RandomVector(new Random(3), RandomItems.Dim);
        V1.PrepareFilterResponse prepared = await _server.Retrieval.PrepareFilterAsync(new V1.PrepareFilterRequest
        {
            Model = "items", Text = "colour in @colours and size < @most",
        });
        Assert.Equal(["colours", "most"], prepared.Parameters);
        V1.SearchRequest byToken = Request(vector, k: 1_000);
        byToken.Filter = new V1.Filter { Prepared = prepared.Prepared };
        AddParameters(byToken.Filter);
        V1.SearchRequest byText = Request(vector, k: 1_000);
        byText.Filter = new V1.Filter { Text = "colour in ('red', 'blue') and size < 40" };
        V1.SearchResponse one = await _server.Retrieval.SearchAsync(byToken);
        V1.SearchResponse other = await _server.Retrieval.SearchAsync(byText);
        Assert.NotEmpty(one.Hits);
        Assert.Equal(other.Hits, one.Hits);

        static void AddParameters(V1.Filter filter)
        {
            filter.Parameters.Add("colours", new V1.Parameter
            {
                List = new V1.Values { Values_ = { new V1.Value { Text = "red" }, new V1.Value { Text = "blue" } } },
            });
            filter.Parameters.Add("most", new V1.Parameter { Value = new V1.Value { Integer = 40 } });
        }
    }

    [Fact]
    public async Task A_stream_has_all_hits_in_order_and_the_rest_at_its_end()
    {
        float[] vector = RandomItems.RandomVector(new Random(4), RandomItems.Dim);
        V1.SearchResponse whole = await _server.Retrieval.SearchAsync(Request(vector, k: 500));
        var hits = new List<V1.Hit>();
        V1.SearchResponse? end = null;
        using AsyncServerStreamingCall<V1.SearchPart> call = _server.Retrieval.SearchStream(Request(vector, k: 500));
        await foreach (V1.SearchPart part in call.ResponseStream.ReadAllAsync())
        {
            Assert.Null(end);
            hits.AddRange(part.Hits);
            end = part.End;
        }

        Assert.Equal(whole.Hits, hits);
        Assert.Empty(end!.Hits);
        Assert.Equal(500, end.RowsPassed);
    }

    [Fact]
    public async Task A_wrong_search_of_a_batch_fails_alone()
    {
        float[] vector = RandomItems.RandomVector(new Random(5), RandomItems.Dim);
        V1.SearchRequest wrong = Request(vector, k: 5);
        wrong.Filter = new V1.Filter { Text = "colour = " };
        V1.SearchBatchResponse response = await _server.Retrieval.SearchBatchAsync(new V1.SearchBatchRequest
        {
            Searches = { Request(vector, k: 5), wrong, Request(vector, k: 7) },
        });
        Assert.Equal([5, 0, 7], response.Results.Select(one => one.Response?.Hits.Count ?? 0));
        Assert.Equal((int)StatusCode.InvalidArgument, response.Results[1].Failure.Code);
        Assert.Contains("line 1", response.Results[1].Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_of_a_request_is_said_with_its_field()
    {
        var request = new V1.SearchRequest { Model = "items", K = -1 };
        request.Items.Add(new V1.ItemId { Integer = 5 });
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await _server.Retrieval.SearchAsync(request));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Google.Rpc.BadRequest details = error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!;
        Assert.Equal("k", details.FieldViolations.Single().Field);
        Assert.Contains("found -1", details.FieldViolations.Single().Description, StringComparison.Ordinal);

        request.K = 5;
        error = await Assert.ThrowsAsync<RpcException>(async () => await _server.Retrieval.SearchAsync(request));
        details = error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!;
        Assert.Equal("items[0]", details.FieldViolations.Single().Field);
        Assert.Contains("found the integer 5", details.FieldViolations.Single().Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody", StatusCode.NotFound)]
    [InlineData("items@9", StatusCode.NotFound)]
    [InlineData("../items", StatusCode.InvalidArgument)]
    [InlineData("", StatusCode.InvalidArgument)]
    public async Task A_model_that_is_not_there_is_named(string model, StatusCode expected)
    {
        V1.SearchRequest request = Request(new float[RandomItems.Dim], k: 5);
        request.Model = model;
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await _server.Retrieval.SearchAsync(request));
        Assert.Equal(expected, error.StatusCode);
    }

    [Fact]
    public async Task Count_is_exact()
    {
        V1.CountResponse count = await _server.Retrieval.CountAsync(new V1.CountRequest
        {
            Model = "items", Filter = new V1.Filter { Text = "colour = 'red'" },
        });
        Assert.Equal(500, count.Items);
        Assert.Equal(
            _items.Items.Count(item => item.Fields.TryGetValue("colour", out IReadOnlyList<Value>? values)
                && values.Any(value => value.Text == "red")),
            count.Count);
    }

    [Fact]
    public async Task Explained_a_search_says_its_filter_and_every_stage()
    {
        V1.SearchRequest request = Request(new float[RandomItems.Dim], k: 5);
        request.Filter = new V1.Filter { Json = """{"attribute": "colour", "equals": "red"}""" };
        V1.SearchResponse found = await _server.Retrieval.ExplainAsync(request);
        Assert.StartsWith("cpu", found.Engine, StringComparison.Ordinal);
        Assert.Equal("colour = 'red'", found.Filter);
        Assert.All(found.Stages, stage => Assert.NotEmpty(stage.Detail));
    }

    private static V1.SearchRequest Request(float[] vector, int k)
    {
        var request = new V1.SearchRequest { Model = "items", K = k };
        request.Embeddings.Add(new V1.QueryVector { Name = "main", Vector = { vector } });
        return request;
    }
}
