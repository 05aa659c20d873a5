using System.Diagnostics;
using System.Globalization;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>A real process with a store and one that follows it, killed while they change places.</summary>
public sealed class FollowerKillTests
{
    private const int Kills = 12;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_is_made_twice_whichever_store_is_live()
    {
        using var folder = new TemporaryFolder();
        await MakeAsync(folder);
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        long acknowledged = 0;
        bool haveChangedPlaces = false;
        for (int kill = 0; kill < Kills; kill++)
        {
            // The first ones while the second store is made.
            acknowledged = Math.Max(acknowledged, RunAndKill(folder.Root, random.Next(kill < 2 ? 2 : 130)));
            IndexStore[] stores = FollowerChild.OpenAll(folder.Root);
            int live = FollowerChild.LiveIn(folder.Root);

            // The first one has a position in the other's log since it followed that.
            haveChangedPlaces |= stores[0].PositionOf(FollowerChild.Names[1]) is not null;
            await using (StoreFollower follower = await FollowerChild.StartAsync(stores, live))
            {
                await follower.DrainAsync(TestContext.Current.CancellationToken);
            }

            foreach (IndexStore store in stores)
            {
                long found = long.Parse(
                    store.PositionOf(FollowerChild.Source)!.Position, CultureInfo.InvariantCulture);
                Assert.True(
                    found >= acknowledged,
                    $"Seed {seed}, kill {kill}: {acknowledged} was acknowledged; {found} is there.");
                AssertItems(store, found);
            }

            Assert.Equal(
                stores[0].StateHash(TestContext.Current.CancellationToken),
                stores[1].StateHash(TestContext.Current.CancellationToken));
            Array.ForEach(stores, store => store.Dispose());
            Array.ForEach(FollowerChild.Names, name => AssertOnce(folder.File(name), $"seed {seed}, kill {kill}"));
        }

        Assert.True(acknowledged > 0);
        Assert.True(haveChangedPlaces, $"Seed {seed}: the stores never changed places.");
    }

    private static async Task MakeAsync(TemporaryFolder folder)
    {
        using ItemTable none = LiveItems.Build(IdKind.Integer, 0);
        ModelWriter.Write(folder.File("second.linr"), new ModelContents { Items = none, Version = "second" });
        using IndexStore store = IndexStore.Create(
            folder.File(FollowerChild.Names[0]),
            new ModelContents { Items = none, Version = "first" },
            FollowerChild.Options);
        await store.ApplyAsync([], new SourcePosition(FollowerChild.Source, "0"));
        await File.WriteAllTextAsync(folder.File(FollowerChild.LiveFile), FollowerChild.Names[0]);
    }

    private static void AssertItems(IndexStore store, long number)
    {
        for (long last = Math.Max(number - FollowerChild.Items + 1, 1); last <= number; last++)
        {
            Assert.Equal(last, store.Get(last % FollowerChild.Items)!.Fields["number"][0].Integer);
        }
    }

    // Each number is in the log once, behind the one before it.
    private static void AssertOnce(string store, string where)
    {
        long last = -1;
        foreach (LogRecord record in ChangeLog.Read(Path.Combine(store, "log"), 0))
        {
            if (PositionCodec.IsOne(record.Bytes.Span))
            {
                continue;
            }

            long number = ChangeCodec.Read(record.Bytes.Span).Item.Fields["number"][0].Integer;
            Assert.True(
                last == -1 || number == last + 1,
                $"{where}: {number} follows {last} in {Path.GetFileName(store)}.");
            last = number;
        }
    }

    /// <summary>Kills the child after so many acknowledgements; the highest number that was acknowledged.</summary>
    private static long RunAndKill(string folder, int acknowledgements)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                ["DOTNET_TieredPGO"] = "0",
                [FollowerChild.FolderVariable] = folder,
            },
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "linr.dll"));
        using Process process = Process.Start(start)!;
        long highest = 0;
        for (int count = 0; count < acknowledgements && process.StandardOutput.ReadLine() is { } line; count++)
        {
            highest = long.Parse(line, CultureInfo.InvariantCulture);
        }

        process.Kill();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            highest = long.Parse(line, CultureInfo.InvariantCulture);
        }

        process.WaitForExit();
        return highest;
    }
}
