using System.Diagnostics;
using System.Globalization;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Live;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>A real process with a store on a real disk, which is killed again and again.</summary>
public sealed class StoreKillTests
{
    private static readonly int s_kills =
        int.Parse(Environment.GetEnvironmentVariable("LINR_STORE_KILLS") ?? "15", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_killed_store_has_all_that_it_acknowledged_and_whole_sets_only()
        => await KillAsync(s_kills, Random.Shared.Next());

    /// <summary>Kills a store so often; returns how many sets were acknowledged.</summary>
    public static async Task<long> KillAsync(int kills, int seed)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("store");
        await MakeAsync(path, folder.File(StoreChild.PushedName));
        var random = new Random(seed);
        int[] acknowledged = new int[StoreChild.Writers];
        long all = 0;
        long pushes = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            int[] before = [.. acknowledged];
            RunAndKill(path, random.Next(1, random.Next(2) == 0 ? 100 : 2_000), acknowledged);
            Assert.NotEqual(before, acknowledged);
            using IndexStore store = IndexStore.Open(path, StoreChild.Options);
            Assert.True(store.Opening.Damaged.Count == 0, $"Seed {seed}, kill {kill}: a snapshot is damaged.");
            for (int writer = 0; writer < StoreChild.Writers; writer++)
            {
                int found = int.Parse(
                    store.PositionOf(StoreChild.SourceOf(writer))!.Position, CultureInfo.InvariantCulture);
                Assert.True(
                    found >= acknowledged[writer],
                    $"Seed {seed}, kill {kill}: {acknowledged[writer]} was acknowledged; {found} is there.");
                all += found - before[writer];
                acknowledged[writer] = found;
                AssertWhole(store, writer, found);
            }

            Assert.Equal(StoreChild.Writers * StoreChild.ItemsEach, Count(store));
            pushes = store.Snapshots[^1].Push;
        }

        Assert.True(pushes > 0 || kills < 10, "Nothing was pushed.");
        return all;
    }

    private static async Task MakeAsync(string path, string pushed)
    {
        using ItemTable none = LiveItems.Build(IdKind.Integer, 0);
        ModelWriter.Write(pushed, new ModelContents { Items = none, Version = "pushed" });
        using IndexStore store = IndexStore.Create(path, new ModelContents { Items = none, Version = "made" }, StoreChild.Options);
        for (int writer = 0; writer < StoreChild.Writers; writer++)
        {
            await store.ApplyAsync([], new SourcePosition(StoreChild.SourceOf(writer), "0"));
        }

        await store.ApplyAsync([.. Enumerable.Range(0, StoreChild.Writers * StoreChild.ItemsEach)
            .Select(id => ItemChange.Upsert(LiveItems.Of(id, 0), version: 0))]);
    }

    private static void AssertWhole(IndexStore store, int writer, int number)
    {
        using StoreLease lease = store.Lease();
        using TableView view = lease.Retriever.Live.Table.Read();
        for (int id = writer * StoreChild.ItemsEach; id < (writer + 1) * StoreChild.ItemsEach; id++)
        {
            Assert.True(view.TryFind(id, out uint row));
            LiveItems.AssertSame(LiveItems.Of(id, number), view.Table, row);
            Assert.Equal(number, view.VersionOf(row));
        }
    }

    private static long Count(IndexStore store)
    {
        using StoreLease lease = store.Lease();
        using TableView view = lease.Retriever.Live.Table.Read();
        return view.Count;
    }

    /// <summary>Kills the child after so many acknowledgements, and notes the highest that each writer got.</summary>
    private static void RunAndKill(string folder, int acknowledgements, int[] highest)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                ["DOTNET_TieredPGO"] = "0",
                [StoreChild.FolderVariable] = folder,
            },
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "linr.dll"));
        using Process process = Process.Start(start)!;
        for (int count = 1; process.StandardOutput.ReadLine() is { } line; count++)
        {
            int[] parts = [.. line.Split(' ').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
            highest[parts[0]] = Math.Max(highest[parts[0]], parts[1]);
            if (count == acknowledgements)
            {
                process.Kill();
            }
        }

        process.WaitForExit();
    }
}
