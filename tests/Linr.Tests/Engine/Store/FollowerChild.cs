using System.Globalization;
using System.Text;
using Linr.Engine.Store;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>
/// What a child process does until it is killed: it changes items of the one of two stores that is live, while the
/// other follows, writes the number of each change to standard output when it is acknowledged, and has the two change
/// places now and then.
/// </summary>
internal static class FollowerChild
{
    public const string FolderVariable = "LINR_TEST_FOLLOWERS";
    public const string Source = "numbers";
    public const string LiveFile = "live";
    public const int Items = 7;
    public static readonly string[] Names = ["first", "second"];
    private const int ChangesABatch = 25;

    // The whole log stays: the test reads it.
    public static readonly StoreOptions Options = StoreChild.Options with { SnapshotsKept = 100_000, CompactAt = null };

    /// <summary>The change of a number; without a version, so that one made twice has an effect twice.</summary>
    public static ItemChange Change(long number)
    {
        Dictionary<string, IReadOnlyList<Value>> fields = LiveItems.Fields((int)(number % 1_000));
        fields["number"] = [Value.OfInteger(number)];
        return ItemChange.Upsert(LiveItems.Of(number % Items, (int)(number % 1_000)) with { Fields = fields });
    }

    public static async Task RunAsync(string folder)
    {
        IndexStore[] stores = OpenAll(folder);
        int live = LiveIn(folder);
        StoreFollower follower = await StartAsync(stores, live);
        Stream output = Console.OpenStandardOutput();
        long number = long.Parse(stores[live].PositionOf(Source)!.Position, CultureInfo.InvariantCulture);
        while (true)
        {
            for (int i = 0; i < ChangesABatch; i++)
            {
                string position = (++number).ToString(CultureInfo.InvariantCulture);
                await stores[live].ApplyAsync([Change(number)], new SourcePosition(Source, position));
                output.Write(Encoding.ASCII.GetBytes($"{position}\n"));
            }

            await follower.DrainAsync();
            await follower.DisposeAsync();
            int next = 1 - live;
            follower = await StoreFollower.StartAsync(
                stores[next], stores[live], Names[next], at: stores[next].Offset);
            live = next;
            string written = Path.Combine(folder, "written");
            await File.WriteAllTextAsync(written, Names[live]);
            File.Move(written, Path.Combine(folder, LiveFile), overwrite: true);
        }
    }

    /// <summary>Opens both stores, or makes the second.</summary>
    public static IndexStore[] OpenAll(string folder)
    {
        var first = IndexStore.Open(Path.Combine(folder, Names[0]), Options);
        string second = Path.Combine(folder, Names[1]);
        return
        [
            first,
            IndexStore.IsStore(second)
                ? IndexStore.Open(second, Options)
                : IndexStore.CreateFollower(second, Path.Combine(folder, "second.linr"), first, Names[0], Options),
        ];
    }

    public static int LiveIn(string folder)
        => Array.IndexOf(Names, File.ReadAllText(Path.Combine(folder, LiveFile)));

    public static Task<StoreFollower> StartAsync(IndexStore[] stores, int live)
        => StoreFollower.StartAsync(stores[live], stores[1 - live], Names[live]);
}
