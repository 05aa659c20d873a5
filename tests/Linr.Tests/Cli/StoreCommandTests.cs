using System.Text.Json;
using Linr.Cli;
using Linr.Engine;
using Linr.Engine.Store;
using Linr.Index.Log;

namespace Linr.Tests.Cli;

/// <summary>Stores through the command line: made, shown, pushed into, verified and restored.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_is_made_changed_pushed_into_verified_and_restored()
    {
        string model = await TinyData.BuildAsync(_folder);
        string store = _folder.File("store");
        string out_ = _folder.File("out.linr");
        await CliRun.OfGood("store", "create", store, model);
        var clock = new SetClock { Now = new DateTimeOffset(2101, 2, 3, 4, 5, 6, TimeSpan.Zero) };
        using (IndexStore opened = IndexStore.Open(store, new StoreOptions
        {
            Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
            Log = new ChangeLogOptions { Time = clock },
        }))
        {
            await opened.ApplyAsync(ItemChange.Delete("p1"));
            clock.Now += TimeSpan.FromSeconds(1);
            await opened.ApplyAsync(ItemChange.Delete("p2"), ItemChange.Delete("p3"));
        }

        JsonElement shown = (await CliRun.OfGood("store", "show", store, "--json")).Json;
        Assert.Equal(3, shown.GetProperty("log").GetProperty("endOffset").GetInt64());
        Assert.Equal(0, Assert.Single(shown.GetProperty("snapshots").EnumerateArray()).GetProperty("offset").GetInt64());
        Assert.Contains("records 0 to 3", (await CliRun.OfGood("store", "show", store)).Output, StringComparison.Ordinal);

        await AssertRestoredAsync("1", TinyData.ItemCount - 1);
        await AssertRestoredAsync("latest", TinyData.ItemCount - 3);
        await AssertRestoredAsync("2101-02-03T04:05:06.5Z", TinyData.ItemCount - 1);
        await CliRun.AssertMistake(
            ExitCode.Failure, "expected an offset of 0 to 3, as the log has; found 4", "restore", store, "--to", "4", "-o", out_);
        await CliRun.AssertMistake(
            ExitCode.Usage, "--to: expected an offset, a time or latest; found \"soon\"", "restore", store, "--to", "soon", "-o", out_);

        JsonElement made = (await CliRun.OfGood("store", "snapshot", store, "--json")).Json;
        Assert.Equal(3, made.GetProperty("offset").GetInt64());
        JsonElement pushed = (await CliRun.OfGood("store", "push", store, model, "--items", "OfStore", "--json")).Json;
        Assert.Equal(1, pushed.GetProperty("push").GetInt64());
        await CliRun.OfGood("store", "push", store, model, "--version", "7");
        await AssertRestoredAsync("latest", TinyData.ItemCount);
        await CliRun.AssertMistake(
            ExitCode.Failure, "expected no file, and an empty folder or none", "store", "create", store, model);
        await CliRun.AssertMistake(
            ExitCode.Failure, "The store: expected a folder with", "store", "show", _folder.File("nowhere"));

        async Task AssertRestoredAsync(string to, int items)
        {
            await CliRun.OfGood("restore", store, "--to", to, "-o", out_);
            Assert.Equal(items, (await CliRun.OfGood("inspect", out_, "--json")).Json.GetProperty("items").GetInt32());
        }
    }

    [Fact]
    public async Task Verify_says_where_a_store_is_damaged()
    {
        string store = _folder.File("store");
        await CliRun.OfGood("store", "create", store, await TinyData.BuildAsync(_folder));
        Assert.Contains("intact", (await CliRun.OfGood("verify", store)).Output, StringComparison.Ordinal);
        string snapshot = Assert.Single(Directory.GetFiles(Path.Combine(store, "snapshots")));
        byte[] bytes = File.ReadAllBytes(snapshot);
        bytes[^1_000] ^= 4;
        File.WriteAllBytes(snapshot, bytes);
        CliRun found = await CliRun.Of("verify", store);
        Assert.Equal(ExitCode.Failure, found.Code);
        Assert.Matches(@"damaged: .*0000000000000000000-000000\.linr: .*, byte \d+: expected .*; found", found.Output.ReplaceLineEndings(" "));
        JsonElement json = (await CliRun.Of("verify", store, "--json")).Json;
        Assert.False(json.GetProperty("intact").GetBoolean());
        Assert.Equal(1, json.GetProperty("faults").GetArrayLength());
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
