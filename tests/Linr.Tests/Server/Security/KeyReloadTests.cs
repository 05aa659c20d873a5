using System.Net;
using Linr.Server.Security;
using Linr.Server.Security.Keys;
using Linr.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Linr.Tests.Server.Security;

/// <summary>The file of keys changes while the server serves.</summary>
public sealed class KeyReloadTests : IAsyncLifetime
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly string[] s_all = ["*"];
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly KeptLogs _logs = new();
    private ApiKeyFile _file = null!;
    private string _first = string.Empty;
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(5, seed: 82));
        _file = new ApiKeyFile(_folder.File("keys.json"));
        _first = Create("first");
        _server = await TestServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["Linr:Models:items"] = _folder.File("items.linr"), ["Linr:Auth:KeyFile"] = _folder.File("keys.json"),
            },
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_time);
                builder.Services.AddSingleton<ILoggerProvider>(_logs);
            });
        await AssertAsync(HttpStatusCode.OK, _first);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_key_is_taken_and_refused_within_a_second()
    {
        string second = Create("second", _time.GetUtcNow().AddDays(1));
        await AssertAsync(HttpStatusCode.Unauthorized, second);
        _time.Advance(s_look);
        await AssertAsync(HttpStatusCode.OK, second);
        _file.Revoke(_file.Keys[0].Id, _time.GetUtcNow());
        _time.Advance(s_look);
        await AssertAsync(HttpStatusCode.Unauthorized, _first);
        await AssertAsync(HttpStatusCode.OK, second);
        _time.Advance(TimeSpan.FromDays(1));
        await AssertAsync(HttpStatusCode.Unauthorized, second);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_changes_nothing_and_is_told_of_once()
    {
        byte[] good = await File.ReadAllBytesAsync(_folder.File("keys.json"), TestContext.Current.CancellationToken);
        _folder.Write("keys.json", """{"format": 1, "secret": """);
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(s_look);
            await AssertAsync(HttpStatusCode.OK, _first);
        }

        Assert.Single(_logs.Lines, line => line.Contains("Auth:KeyFile has changed and cannot be read", StringComparison.Ordinal));
        File.Delete(_folder.File("keys.json"));
        _time.Advance(s_look);
        await AssertAsync(HttpStatusCode.OK, _first);
        _folder.Write("keys.json", good);
        string second = Create("second");
        _time.Advance(s_look);
        await AssertAsync(HttpStatusCode.OK, second);
    }

    [Fact]
    public async Task A_link_that_leads_elsewhere_is_another_file()
    {
        string path = _folder.File("keys.json");
        File.Move(path, _folder.File("keys-1.json"));
        File.CreateSymbolicLink(path, _folder.File("keys-1.json"));
        _time.Advance(s_look);
        await AssertAsync(HttpStatusCode.OK, _first);
        var other = new ApiKeyFile(_folder.File("keys-2.json"));
        string key = other.Create("other", Scopes.Read, s_all, expires: null, _time.GetUtcNow()).Key;
        File.Delete(path);
        File.CreateSymbolicLink(path, _folder.File("keys-2.json"));
        _time.Advance(s_look);
        await AssertAsync(HttpStatusCode.OK, key);
        await AssertAsync(HttpStatusCode.Unauthorized, _first);
    }

    private string Create(string name, DateTimeOffset? expires = null)
        => _file.Create(name, Scopes.Read, s_all, expires, _time.GetUtcNow()).Key;

    private async Task AssertAsync(HttpStatusCode expected, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("X-Api-Key", key);
        using HttpResponseMessage response = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }
}
