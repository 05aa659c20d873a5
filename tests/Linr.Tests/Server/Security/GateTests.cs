using System.Net;
using Grpc.Core;
using Linr.Server.Security;
using Linr.Tests.Engine;
using Linr.Tests.Server.Rest;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Security;

/// <summary>What a server asks of requests that asks nobody who he is, and the names that requests have.</summary>
public sealed class GateTests(GateTests.OpenServer open) : IClassFixture<GateTests.OpenServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/models", "evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("/v1/models", "127.0.0.1.evil.example:7700", null, HttpStatusCode.Forbidden)]
    [InlineData("/v1/nothing", "evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("/v1/models", "localhost", null, HttpStatusCode.OK)]
    [InlineData("/v1/models", "[::1]:7700", null, HttpStatusCode.OK)]
    [InlineData("/v1/models", "localhost:7700", "http://localhost:7700", HttpStatusCode.OK)]
    [InlineData("/v1/models", "localhost:7700", "http://localhost:7701", HttpStatusCode.Forbidden)]
    [InlineData("/v1/models", "localhost:7700", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("/v1/models", "localhost:7700", "null", HttpStatusCode.Forbidden)]
    [InlineData("/health/live", "10.1.2.3:7700", null, HttpStatusCode.OK)]
    public async Task Pages_of_elsewhere_are_refused(string path, string host, string? origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using HttpResponseMessage response = await open.Server.Http.SendAsync(request, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("my-call.1:a/b", true)]
    [InlineData("with space", false)]
    [InlineData("a,b", false)]
    [InlineData("", false)]
    public async Task An_answer_has_the_name_of_its_request(string given, bool isKept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation(RequestIds.Header, given);
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using HttpResponseMessage response = await open.Server.Http.SendAsync(request, Cancellation);
        string name = Assert.Single(response.Headers.GetValues(RequestIds.Header));
        Assert.Equal(isKept ? given : "0af7651916cd43dd8448eb211c80319c", name);
    }

    [Fact]
    public async Task Errors_and_gRPC_have_it_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models/nothing");
        request.Headers.Add(RequestIds.Header, "call-1");
        using HttpResponseMessage response = await open.Server.Http.SendAsync(request, Cancellation);
        await RestCaller.ReadProblemAsync(response, HttpStatusCode.NotFound);
        Assert.Equal("call-1", Assert.Single(response.Headers.GetValues(RequestIds.Header)));
        using AsyncUnaryCall<V1.ListModelsResponse> call = open.Server.Models.ListModelsAsync(
            new V1.ListModelsRequest(), new Metadata { { RequestIds.Header, "call-2" } }, cancellationToken: Cancellation);
        Assert.Equal("call-2", (await call.ResponseHeadersAsync).GetValue(RequestIds.Header.ToLowerInvariant()));
        await call;
    }

    /// <summary>A server on loopback without credentials.</summary>
    public sealed class OpenServer : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        internal TestServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(5, seed: 87));
            Server = await TestServer.StartAsync(
                new Dictionary<string, string?> { ["Linr:Models:items"] = _folder.File("items.linr") });
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            _folder.Dispose();
        }
    }
}
