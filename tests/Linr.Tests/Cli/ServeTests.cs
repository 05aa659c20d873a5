using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Linr.Cli;
using Linr.Tests.Engine;
using Linr.Tests.Server;
using Linr.Tests.Server.Security;

namespace Linr.Tests.Cli;

/// <summary>`linr serve` as a process of its own, and its settings.</summary>
public sealed partial class ServeTests : IDisposable
{
    private const int Searchers = 4;
    private const int SearchesMin = 20;
    private const string Search = "/v1/models/items/search";
    private static readonly byte[] s_search = """{"items": ["item-1"], "k": 5}"""u8.ToArray();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Told_to_end_it_answers_what_it_has_taken_and_ends_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        WriteModel();
        using Process process = Start("serve", _folder.File("items.linr"), "--http-port", "0", "--grpc-port", "0");
        Task<string> errors = process.StandardError.ReadToEndAsync(Cancellation);
        Uri address = await AddressAsync(process);
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = address };
        while ((await http.GetAsync("/health/ready", Cancellation)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(5, Cancellation);
        }

        // Searches that it has taken, and whose bodies come when it takes no more.
        using HttpClient slow = HeldBody.Client(address);
        HeldBody[] bodies = [.. Enumerable.Range(0, Searchers).Select(
            _ => new HeldBody("application/json", s_search[..5], s_search[5..]))];
        Task<HttpResponseMessage>[] held = [.. bodies.Select(body => slow.PostAsync(Search, body, Cancellation))];
        await Task.WhenAll(bodies.Select(body => body.Asked));
        using var busy = new CountdownEvent(Searchers);
        Task<int>[] searchers = [.. Enumerable.Range(0, Searchers).Select(
            _ => Task.Run(() => SearchUntilRefusedAsync(address, busy), Cancellation))];
        await Task.Run(() => busy.Wait(Cancellation), Cancellation);
        var clock = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(Cancellation);
        }

        int[] answered = await Task.WhenAll(searchers);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/health/live", Cancellation));
        Assert.False(process.HasExited);
        foreach (HeldBody body in bodies)
        {
            body.LetGo();
        }

        foreach (HttpResponseMessage response in await Task.WhenAll(held))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            response.Dispose();
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {await errors}{await output}");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.All(answered, count => Assert.True(count >= SearchesMin));
    }

    [Fact]
    public async Task Its_settings_are_shown_as_it_understands_them()
    {
        WriteModel();
        JsonElement settings = (await CliRun.OfGood(
            "serve",
            _folder.File("items.linr"),
            "--check",
            "--json",
            "--set",
            "Limits:KMax=77",
            "--set",
            "OtlpEndpoint=http://user:word@collector:4317")).Json;
        Assert.Equal("77", settings.GetProperty("Linr:Limits:KMax").GetString());
        Assert.Equal("00:00:30", settings.GetProperty("Linr:DrainTimeout").GetString());
        Assert.Equal(_folder.File("items.linr"), settings.GetProperty("Linr:Models:items").GetString());
        Assert.Equal("http://***@collector:4317", settings.GetProperty("Linr:OtlpEndpoint").GetString());
        CliRun text = await CliRun.OfGood("serve", _folder.File("items.linr"), "--check");
        Assert.Contains("Linr:Auth:KeyFile = (none)", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_with_them_is_said()
    {
        CliRun run = await CliRun.Of(
            "serve", "--check", "--set", "Limits:KMax=many", "--set", "Listen:HttpPort=70000", "--set", "Colour=red");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("Linr:Limits:KMax: expected an integer; found \"many\".", run.Error, StringComparison.Ordinal);
        Assert.Contains("Linr:Listen:HttpPort: expected 0 to 65535; found \"70000\".", run.Error, StringComparison.Ordinal);
        Assert.Contains("Linr:Colour: expected one of Data, ", run.Error, StringComparison.Ordinal);
        Assert.Contains("Linr:Data: expected a folder", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_made_listed_and_revoked()
    {
        string file = _folder.File("keys.json");
        CliRun made = await CliRun.OfGood(
            "keys", "create", file, "--name", "search page", "--scopes", "read,write", "--models", "shop*", "--days", "30");
        string key = made.Output.Trim();
        Assert.Matches("^linr_[a-z2-9]{12}_[A-Za-z0-9_-]{43}$", key);
        JsonElement listed = (await CliRun.OfGood("keys", "list", file, "--json")).Json[0];
        Assert.Equal("search page", listed.GetProperty("name").GetString());
        Assert.True(listed.GetProperty("good").GetBoolean());
        string id = listed.GetProperty("id").GetString()!;
        Assert.Equal(key.Split('_')[1], id);
        await CliRun.OfGood("keys", "revoke", file, id);
        CliRun table = await CliRun.OfGood("keys", "list", file);
        Assert.Contains("revoked 2", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(key[18..], table.Output, StringComparison.Ordinal);
        await CliRun.AssertMistake(
            ExitCode.Usage, "expected read, write or admin; found \"all\"", "keys", "create", file, "--name", "x", "--scopes", "all");
        await CliRun.AssertMistake(ExitCode.Usage, "a key that is not revoked", "keys", "revoke", file, id);
    }

    private void WriteModel() => TestServer.WriteModel(_folder.File("items.linr"), new RandomItems(200, seed: 88));

    private Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Root,
        };
        foreach (string arg in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "linr.dll"), .. args])
        {
            start.ArgumentList.Add(arg);
        }

        return Process.Start(start)!;
    }

    private static async Task<Uri> AddressAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                return new Uri(match.Groups["address"].Value);
            }
        }

        throw new InvalidOperationException("The server has ended.");
    }

    [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)")]
    private static partial Regex Listening();

    /// <summary>Searches by a connection that is kept, until the server takes no more; every answer is good.</summary>
    private static async Task<int> SearchUntilRefusedAsync(Uri address, CountdownEvent busy)
    {
        using var http = new HttpClient { BaseAddress = address };
        for (int answered = 0; ; answered++)
        {
            if (answered == SearchesMin)
            {
                busy.Signal();
            }

            try
            {
                using var content = new ByteArrayContent(s_search)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
                };
                using HttpResponseMessage response = await http.PostAsync(Search, content, Cancellation);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
            catch (HttpRequestException)
            {
                // It takes no more: a connection on which nothing runs is closed, and a search may be on its way there.
                return answered;
            }
        }
    }
}
