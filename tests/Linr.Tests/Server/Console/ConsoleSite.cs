using Linr.Tests.Engine.Rankers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Linr.Tests.Server.Console;

/// <summary>A server of films, one that wants a key with every call, and a browser: for all of these tests.</summary>
public sealed class ConsoleSite : IAsyncLifetime
{
    private const string Key = "linr_test_key";
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _lockedFolder = new();
    private TestServer? _open;
    private TestServer? _locked;

    private Browser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Browser.Missing is not null)
        {
            return;
        }

        _open = await TestServer.StartAsync(Settings(_folder));
        FilmModel.Write(_folder.File("files/films-1.linr"), "2026-11");
        FilmModel.Write(_folder.File("files/films-2.linr"), "2026-12");
        new RankerModel(200).Write(_folder.File("files/ranked.linr"));
        await _open.LoadAsync("films", "1", "films-1.linr");
        await _open.LoadAsync("staged", "1", "films-1.linr");
        await _open.LoadAsync("staged", "2", "films-2.linr");
        await _open.LoadAsync("ranked", "1", "ranked.linr");

        _locked = await TestServer.StartAsync(
            Settings(_lockedFolder),
            builder => builder.Services.AddSingleton<IStartupFilter>(new KeyWanted(Key)));
        _browser = Browser.Start(
            _open.Http.BaseAddress!.ToString(), _locked.Http.BaseAddress!.ToString(), Key);
    }

    /// <summary>Runs a flow in the browser; without one the test is skipped, or fails where it must not.</summary>
    public Task RunAsync(string flow, string outputs)
    {
        if (_browser is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("LINR_REQUIRE_BROWSER") == "1", Browser.Missing!);
            Assert.Fail(Browser.Missing);
        }

        return _browser!.RunAsync(flow, outputs);
    }

    public async ValueTask DisposeAsync()
    {
        _browser?.Dispose();
        foreach (TestServer? server in (TestServer?[])[_open, _locked])
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }

        _folder.Dispose();
        _lockedFolder.Dispose();
    }

    private static Dictionary<string, string?> Settings(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder.File("files"));
        return new Dictionary<string, string?>
        {
            ["Linr:Data"] = folder.File("data"), ["Linr:Files"] = folder.File("files"),
        };
    }
}
