using System.Net;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Linr.Server.Security;
using Linr.Tests.Engine;
using Linr.Tests.Server.Rest;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Security;

/// <summary>What goes beyond a limit of one request is told which limit it is, and what was found.</summary>
public sealed class LimitTests(LimitTests.SmallServer small) : IClassFixture<LimitTests.SmallServer>
{
    private const string Deep = "size = 1 or (size = 2 and (size = 3 or size = 4))";
    private const string Wide = "size = 1 or size = 2 or size = 3 or size = 4 or size = 5 or size = 6";

    [Theory]
    [InlineData("search", """{"k": 51}""", "k", "KMax", "51")]
    [InlineData("search-stream", """{"k": 101}""", "k", "StreamedKMax", "101")]
    [InlineData("search-batch", """{"searches": [{}, {}, {}]}""", "searches", "BatchMax", "3")]
    [InlineData("search-batch", """{"searches": [{"k": 40}, {"k": 39}]}""", "searches", "BatchHitsMax", "79")]
    [InlineData("search", """{"history": ["a", "b", "c", "d"]}""", "history", "IdsMax", "4")]
    [InlineData("search", """{"items": ["a", "b", "c", "d", "e"]}""", "items", "IdsMax", "5")]
    [InlineData("items/get", """{"ids": ["a", "b", "c", "d"]}""", "ids", "IdsMax", "4")]
    [InlineData("items/scroll", """{"limit": 6}""", "limit", "PageMax", "6")]
    [InlineData("items", """{"changes": [{"delete": "a"}, {"delete": "b"}, {"delete": "c"}]}""", "changes", "ChangesMax", "3")]
    [InlineData("count", """{"filter": "size in (1, 2, 3, 4, 5, 6)"}""", "filter", "FilterValuesMax", "6")]
    [InlineData("count", """{"filter": "id in ('a', 'b', 'c', 'd', 'e', 'f')"}""", "filter", "FilterValuesMax", "6")]
    [InlineData(
        "count",
        """{"filter": {"text": "size in @sizes", "parameters": {"sizes": [1, 2, 3, 4, 5, 6]}}}""",
        "filter.parameters",
        "FilterValuesMax",
        "6")]
    [InlineData("count", "{\"filter\": \"" + Deep + "\"}", "filter", "FilterDepthMax", "4")]
    [InlineData("count", "{\"filter\": \"" + Wide + "\"}", "filter", "FilterNodesMax", "7")]
    [InlineData("filters", "{\"text\": \"" + Wide + "\"}", "filter", "FilterNodesMax", "7")]
    public async Task Each_limit_is_named(string path, string json, string field, string limit, string found)
    {
        JsonElement problem = await small.Server.Http.FailAsync(
            "POST", $"/v1/models/items/{path}", json, HttpStatusCode.BadRequest);
        JsonElement one = problem.GetProperty("problems")[0];
        Assert.Equal(field, one.GetProperty("field").GetString());
        string message = one.GetProperty("message").GetString()!;
        Assert.Contains($"(Limits:{limit})", message, StringComparison.Ordinal);
        Assert.EndsWith($"found {found}.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_gRPC_the_same()
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await small.Server.Retrieval.SearchAsync(
            new V1.SearchRequest { Model = "items", K = 51 }));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("k: expected 1 to 50 (Limits:KMax); found 51.", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_at_the_limits_is_taken()
        => await small.Server.Http.CallAsync<V1.CountResponse>(
            "POST",
            "/v1/models/items/count",
            """{"filter": "not (size in (1, 2, 3, 4, 5) or colour = 'red')"}""");

    [Theory]
    [InlineData(false, "found one of 5,000.")]
    [InlineData(true, "found a larger one.")]
    public async Task A_body_that_is_too_large_is_refused_by_REST(bool isChunked, string found)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/models/items/search")
        {
            Content = new StringContent(new string(' ', 5_000), Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = isChunked;
        using HttpResponseMessage response = await small.Server.Http.SendAsync(
            request, TestContext.Current.CancellationToken);
        JsonElement problem = await RestCaller.ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(
            $"Limits:BodyBytesMax: expected a body of at most 4,096 bytes; {found}", problem.GetProperty("detail").GetString());
        Assert.Single(response.Headers.GetValues(RequestIds.Header));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_by_gRPC()
    {
        V1.SearchRequest request = new() { Model = "items", RoutingKey = new string('x', 5_000) };
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await small.Server.Retrieval.SearchAsync(request));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(
            $"Limits:BodyBytesMax: expected a message of at most 4,096 bytes; found one of {request.CalculateSize():N0}.",
            error.Status.Detail);
    }

    /// <summary>A server that takes little of anything.</summary>
    public sealed class SmallServer : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        internal TestServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(20, seed: 84));
            Server = await TestServer.StartAsync(new Dictionary<string, string?>
            {
                ["Linr:Models:items"] = _folder.File("items.linr"),
                ["Linr:Limits:BodyBytesMax"] = "4096",
                ["Linr:Limits:KMax"] = "50",
                ["Linr:Limits:StreamedKMax"] = "100",
                ["Linr:Limits:BatchMax"] = "2",
                ["Linr:Limits:BatchHitsMax"] = "78",
                ["Linr:Limits:ChangesMax"] = "2",
                ["Linr:Limits:IdsMax"] = "3",
                ["Linr:Limits:PageMax"] = "5",
                ["Linr:Limits:FilterValuesMax"] = "5",
                ["Linr:Limits:FilterDepthMax"] = "3",
                ["Linr:Limits:FilterNodesMax"] = "6",
            });
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            _folder.Dispose();
        }
    }
}
