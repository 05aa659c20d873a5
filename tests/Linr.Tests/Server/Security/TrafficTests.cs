using System.Net;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Linr.Server.Security;
using Linr.Server.Security.Keys;
using Linr.Server.Security.Traffic;
using Linr.Tests.Engine;
using Linr.Tests.Server.Rest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Security;

/// <summary>What callers may ask for together and over time.</summary>
public sealed class TrafficTests : IDisposable
{
    private const string Json = "application/json";
    private const string Search = "/v1/models/items/search";
    private static readonly string[] s_all = ["*"];
    private static readonly string[] s_names = ["a", "b"];
    private static readonly byte[] s_search = Encoding.UTF8.GetBytes($$"""{"items": ["item-0"]}{{new string(' ', 3_000)}}""");
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ConcurrentMax")]
    [InlineData("ConcurrentPerCallerMax")]
    public async Task Beyond_the_requests_at_once_the_next_is_told_to_come_again(string limit)
    {
        await using TestServer server = await StartAsync(new() { [$"Linr:Traffic:{limit}"] = "1" });
        using HttpClient held = HeldBody.Client(server.Http.BaseAddress!);
        using var body = new HeldBody(Json, s_search[..10], s_search[10..]);
        Task<HttpResponseMessage> first = held.PostAsync(Search, body, Cancellation);
        await body.Asked;

        using HttpResponseMessage refused = await server.Http.GetAsync("/v1/models", Cancellation);
        JsonElement problem = await RestCaller.ReadProblemAsync(refused, HttpStatusCode.TooManyRequests);
        string expected = $"Traffic:{limit}: expected at most 1 requests at once; found one more. Try again later.";
        Assert.Equal(expected, problem.GetProperty("detail").GetString());
        Assert.Equal("urn:linr:resource-exhausted", problem.GetProperty("type").GetString());
        Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));

        (Status status, Metadata headers, _) = await server.Channel.CreateCallInvoker().SendAsync(
            "linr.v1.Models/ListModels", new V1.ListModelsRequest(), [], Cancellation);
        Assert.Equal((StatusCode.ResourceExhausted, expected), (status.StatusCode, status.Detail));
        Assert.Equal("100", headers.GetValue("grpc-retry-pushback-ms"));

        // Whoever asks how it is gets in.
        Assert.Equal("Healthy", await server.Http.GetStringAsync("/health/ready", Cancellation));
        body.LetGo();
        using HttpResponseMessage answer = await first;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await UntilAsync(async () => (await server.Http.GetAsync("/v1/models", Cancellation)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task The_rate_is_of_each_caller_by_himself()
    {
        var keys = new ApiKeyFile(_folder.File("keys.json"));
        string[] two = [.. s_names.Select(name => keys.Create(
            name, Scopes.Read, s_all, expires: null, TimeProvider.System.GetUtcNow()).Key)];
        await using TestServer server = await StartAsync(new()
        {
            ["Linr:Auth:KeyFile"] = _folder.File("keys.json"),
            ["Linr:Traffic:RequestsPerSecond"] = "1",
            ["Linr:Traffic:RequestBurst"] = "3",
        });
        int taken = 0;
        HttpResponseMessage response = await AskAsync(two[0]);
        while (response.IsSuccessStatusCode)
        {
            taken++;
            response.Dispose();
            response = await AskAsync(two[0]);
        }

        JsonElement problem = await RestCaller.ReadProblemAsync(response, HttpStatusCode.TooManyRequests);
        Assert.Equal(
            "Traffic:RequestsPerSecond: expected at most 1 requests in a second; found one more. Try again later.",
            problem.GetProperty("detail").GetString());
        Assert.Equal("1", Assert.Single(response.Headers.GetValues("Retry-After")));
        response.Dispose();
        Assert.InRange(taken, 3, 30);
        using HttpResponseMessage other = await AskAsync(two[1]);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        async Task<HttpResponseMessage> AskAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.Add("X-Api-Key", key);
            return await server.Http.SendAsync(request, Cancellation);
        }
    }

    [Fact]
    public async Task The_bodies_of_all_share_one_budget()
    {
        await using TestServer server = await StartAsync(new()
        {
            ["Linr:Data"] = _folder.File("data"),
            ["Linr:Files"] = _folder.Root,
            ["Linr:Limits:BodyBytesMax"] = "4096",
            ["Linr:Traffic:BodyBytesInFlightMax"] = "4096",
        });
        await server.LoadAsync("live", "1", "items.linr");
        BodyBudget budget = server.Services.GetRequiredService<BodyBudget>();
        await UntilAsync(() => Task.FromResult(budget.UsedBytes == 0));
        using HttpClient held = HeldBody.Client(server.Http.BaseAddress!);
        using var body = new HeldBody(Json, s_search[..3_000], s_search[3_000..]);
        Task<HttpResponseMessage> first = held.PostAsync(Search, body, Cancellation);
        await body.Asked;
        await UntilAsync(() => Task.FromResult(budget.UsedBytes == 3_000));

        using HttpResponseMessage refused = await server.Http.SendAsync("POST", Search, Encoding.UTF8.GetString(s_search));
        JsonElement problem = await RestCaller.ReadProblemAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.Equal(
            "Traffic:BodyBytesInFlightMax: expected at most 4,096 bytes of all requests together; found "
            + $"{3_000 + s_search.Length:N0}. Try again later.",
            problem.GetProperty("detail").GetString());
        Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
        V1.SearchRequest large = new() { Model = "items", Items = { new V1.ItemId { Text = "item-0" } }, RoutingKey = new('x', 2_000) };
        await AssertNoRoomAsync(async () => await server.Retrieval.SearchAsync(large));
        // What is small on the way and large behind it counts as it is behind it.
        await AssertNoRoomAsync(async () => await server.Retrieval.SearchAsync(
            large, new Metadata { { "grpc-internal-encoding-request", "gzip" } }));
        Assert.Equal(3_000, budget.UsedBytes);

        body.LetGo();
        using HttpResponseMessage answer = await first;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await UntilAsync(() => Task.FromResult(budget.UsedBytes == 0));
        await server.Retrieval.SearchAsync(large, new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        // A stream is as long as it likes: it lets go of what it has handled.
        using AsyncDuplexStreamingCall<V1.WriteRequest, V1.WriteResponse> stream = server.Items.WriteStream(
            cancellationToken: Cancellation);
        var change = new V1.Change { Delete = new V1.ItemId { Text = new string('x', 500) } };
        for (int i = 0; i < 5; i++)
        {
            await stream.RequestStream.WriteAsync(
                new V1.WriteRequest { Model = "live", Changes = { change, change, change } }, Cancellation);
            Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        }

        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(Cancellation));
        await UntilAsync(() => Task.FromResult(budget.UsedBytes == 0));
    }

    [Fact]
    public async Task A_call_that_takes_too_long_as_a_whole_is_ended()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using TestServer server = await StartAsync(
            new() { ["Linr:Limits:CallTimeout"] = "00:00:07" }, services => services.AddSingleton<TimeProvider>(time));
        const string Expected = "Limits:CallTimeout: expected a call that takes at most 00:00:07; found one that takes longer.";
        using HttpClient http = HeldBody.Client(server.Http.BaseAddress!);
        using var body = new HeldBody(Json, s_search[..10], s_search[10..]);
        Task<HttpResponseMessage> rest = http.PostAsync(Search, body, Cancellation);
        await body.Asked;
        time.Advance(TimeSpan.FromSeconds(7));
        // The client hears nothing before it has said everything.
        body.LetGo();
        using HttpResponseMessage late = await rest;
        JsonElement problem = await RestCaller.ReadProblemAsync(late, HttpStatusCode.GatewayTimeout);
        Assert.Equal(Expected, problem.GetProperty("detail").GetString());

        using HttpClient grpc = HeldBody.Client(new Uri(server.GrpcAddress));
        using var message = new HeldBody("application/grpc", [0, 0, 0], []);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/linr.v1.Retrieval/Search")
        {
            Content = message, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.ParseAdd("trailers");
        Task<HttpResponseMessage> call = grpc.SendAsync(request, Cancellation);
        await message.Asked;
        time.Advance(TimeSpan.FromSeconds(7));
        message.LetGo();
        using HttpResponseMessage ended = await call;
        Assert.Equal("4", StatusOf(ended, "grpc-status"));
        Assert.Equal(Expected, Uri.UnescapeDataString(StatusOf(ended, "grpc-message")));
    }

    private static string StatusOf(HttpResponseMessage response, string name)
        => response.Headers.TryGetValues(name, out IEnumerable<string>? values)
            ? values.Single() : response.TrailingHeaders.GetValues(name).Single();

    private static async Task AssertNoRoomAsync(Func<Task> call)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.StartsWith("Traffic:BodyBytesInFlightMax: expected at most 4,096", error.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            await Task.Delay(1, Cancellation);
        }
    }

    private Task<TestServer> StartAsync(
        Dictionary<string, string?> settings, Action<IServiceCollection>? configure = null)
    {
        TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(20, seed: 85));
        settings["Linr:Models:items"] = _folder.File("items.linr");
        return TestServer.StartAsync(settings, builder => configure?.Invoke(builder.Services));
    }
}
