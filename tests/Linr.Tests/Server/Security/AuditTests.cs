using System.Net;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Linr.Server.Security;
using Linr.Server.Security.Audit;
using Linr.Server.Security.Keys;
using Linr.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using V1 = Linr.Protocol.V1;

namespace Linr.Tests.Server.Security;

/// <summary>Who changed what and who was refused is kept, a line of JSON each; who reads is not.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string Item = "/v1/models/live/items/secret-item";
    private static readonly string[] s_all = ["*"];
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private string _reader = string.Empty;
    private string _operator = string.Empty;
    private ApiKey _kept = null!;
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(5, seed: 86));
        var keys = new ApiKeyFile(_folder.File("keys.json"));
        _reader = keys.Create("reader", Scopes.Read, s_all, expires: null, _time.GetUtcNow()).Key;
        (_operator, _kept) = keys.Create(
            "operator", Scopes.Read | Scopes.Write | Scopes.Admin, s_all, expires: null, _time.GetUtcNow());
        _server = await TestServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["Linr:Data"] = _folder.File("data"),
                ["Linr:Files"] = _folder.Root,
                ["Linr:Auth:KeyFile"] = _folder.File("keys.json"),
                ["Linr:Audit:File"] = _folder.File("audit.jsonl"),
            },
            builder => builder.Services.AddSingleton<TimeProvider>(_time));
        using HttpResponseMessage loaded = await SendAsync(
            "PUT", "/v1/models/live/versions/1", _operator, """{"file": "items.linr"}""");
        Assert.Equal(HttpStatusCode.Accepted, loaded.StatusCode);
        while ((await SendAsync("GET", "/v1/models/live/items/item-0", _operator)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(5, Cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_change_has_a_line_and_no_read_has()
    {
        int before = Lines().Count;
        Assert.Equal("linr.v1.Models/LoadVersion", Text(Lines()[0], "method"));
        Assert.Equal("1", Text(Lines()[0], "subject"));
        using (await SendAsync("PUT", Item, _operator, """{"fields": {"title": "secret words"}}""", id: "call-1"))
        {
        }

        using (await SendAsync("GET", Item, _reader))
        {
        }

        using AsyncDuplexStreamingCall<V1.WriteRequest, V1.WriteResponse> stream = _server.Items.WriteStream(
            new Metadata { { "authorization", $"Bearer {_operator}" }, { "x-request-id", "call-2" } },
            cancellationToken: Cancellation);
        for (int i = 0; i < 3; i++)
        {
            var change = new V1.Change { Delete = new V1.ItemId { Text = "secret-item" } };
            await stream.RequestStream.WriteAsync(
                new V1.WriteRequest { Model = "live", Changes = { change, change } }, Cancellation);
        }

        await stream.RequestStream.CompleteAsync();
        while (await stream.ResponseStream.MoveNext(Cancellation))
        {
        }

        using (await SendAsync("DELETE", "/v1/models/nothing", _operator, id: "call-3"))
        {
        }

        IReadOnlyList<JsonElement> lines = [.. (await LinesAsync(before + 3)).Skip(before)];
        Assert.Equal(3, lines.Count);
        AssertLine(lines[0], "call-1", "linr.v1.Items/Write", "InvalidArgument", "live", changes: 1);
        AssertLine(lines[1], "call-2", "linr.v1.Items/WriteStream", "OK", "live", changes: 6);
        AssertLine(lines[2], "call-3", "linr.v1.Models/DeleteModel", "NotFound", "nothing", changes: null);
        Assert.DoesNotContain(lines, line => line.GetRawText().Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_refusal_has_a_line()
    {
        int before = Lines().Count;
        await (await SendAsync("GET", Item, key: null)).Content.ReadAsStringAsync(Cancellation);
        await (await SendAsync("DELETE", Item, _reader)).Content.ReadAsStringAsync(Cancellation);
        IReadOnlyList<JsonElement> lines = [.. (await LinesAsync(before + 2)).Skip(before)];
        Assert.Equal("Unauthenticated", Text(lines[0], "outcome"));
        Assert.Null(Text(lines[0], "caller"));
        Assert.Equal("127.0.0.1", Text(lines[0], "address"));
        Assert.Equal("PermissionDenied", Text(lines[1], "outcome"));
        Assert.Equal("reader", Text(lines[1], "caller"));
        Assert.Equal(
            "Expected a caller with the scope write; found reader, who has read.", Text(lines[1], "reason"));
    }

    [Fact]
    public async Task A_flood_of_refusals_leaves_lines_out_and_says_how_many()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        int before = Lines().Count;
        int asked = LineAllowance.LinesPerSecond + 15;
        for (int i = 0; i < asked; i++)
        {
            using HttpResponseMessage response = await SendAsync("GET", Item, key: null);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        // Others have lines of their own.
        using (await SendAsync("DELETE", Item, _reader))
        {
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        using (await SendAsync("GET", Item, key: null))
        {
        }

        IReadOnlyList<JsonElement> lines = [.. (await LinesAsync(before + LineAllowance.LinesPerSecond + 2)).Skip(before)];
        Assert.Equal(LineAllowance.LinesPerSecond + 2, lines.Count);
        Assert.Equal(15, lines[^1].GetProperty("leftOut").GetInt64());
        Assert.Equal("reader", Text(lines[^2], "caller"));
    }

    [Fact]
    public void A_file_that_is_full_is_put_aside_and_the_oldest_goes()
    {
        using (var file = new AuditFile(_folder.File("small.jsonl"), bytesMax: 30, filesMax: 3))
        {
            for (int i = 0; i < 8; i++)
            {
                file.Write(Encoding.UTF8.GetBytes($"line {i} 1234\n"));
            }
        }

        Assert.Equal("line 6 1234\nline 7 1234\n", File.ReadAllText(_folder.File("small.jsonl")));
        Assert.Equal("line 4 1234\nline 5 1234\n", File.ReadAllText(_folder.File("small.jsonl.1")));
        Assert.Equal("line 2 1234\nline 3 1234\n", File.ReadAllText(_folder.File("small.jsonl.2")));
        Assert.False(File.Exists(_folder.File("small.jsonl.3")));
        using (var file = new AuditFile(_folder.File("small.jsonl"), bytesMax: 300, filesMax: 3))
        {
            file.Write("after a restart\n"u8);
        }

        Assert.EndsWith("line 7 1234\nafter a restart\n", File.ReadAllText(_folder.File("small.jsonl")), StringComparison.Ordinal);
    }

    private void AssertLine(
        JsonElement line, string request, string method, string outcome, string model, long? changes)
    {
        Assert.Equal(request, Text(line, "request"));
        Assert.Equal("operator", Text(line, "caller"));
        Assert.Equal($"key {_kept.Id}", Text(line, "credential"));
        Assert.Equal(method, Text(line, "method"));
        Assert.Equal(outcome, Text(line, "outcome"));
        Assert.Equal(model, line.GetProperty("models")[0].GetString());
        Assert.Equal(changes, line.TryGetProperty("changes", out JsonElement count) ? count.GetInt64() : null);
        Assert.Equal(_time.GetUtcNow(), line.GetProperty("time").GetDateTimeOffset());
    }

    private static string? Text(JsonElement line, string name)
        => line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    /// <summary>The lines, once there are so many: a line is written behind its answer.</summary>
    private async Task<List<JsonElement>> LinesAsync(int count)
    {
        List<JsonElement> lines = Lines();
        while (lines.Count < count)
        {
            await Task.Delay(5, Cancellation);
            lines = Lines();
        }

        return lines;
    }

    private List<JsonElement> Lines()
    {
        using var file = new FileStream(
            _folder.File("audit.jsonl"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private async Task<HttpResponseMessage> SendAsync(
        string verb, string path, string? key, string? json = null, string? id = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (key is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {key}");
        }

        if (id is not null)
        {
            request.Headers.Add(RequestIds.Header, id);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        return await _server.Http.SendAsync(request, Cancellation);
    }
}
