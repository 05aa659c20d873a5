using System.Diagnostics;
using System.Globalization;
using Linr.Engine;
using Linr.Engine.Store;

namespace Linr.Bench.Micro;

/// <summary>
/// How much more memory a store takes while it writes a snapshot, all of whose items came as changes, and how long that
/// takes: <c>dotnet run -c Release --project bench/Micro -- snapshot FOLDER [items] [rounds]</c>. The folder must not
/// be there. <see cref="FigureFile"/> has the figures. Linux only: it reads what the system says of the process.
/// </summary>
internal static class SnapshotMemory
{
    private const string Status = "/proc/self/status";

    public static void Run(ReadOnlySpan<string> args, string? figures)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int items = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
        int rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
        string folder = args[0];
        Directory.CreateDirectory(folder);
        string model = Path.Combine(folder, "empty.linr");
        FileIngest.WriteEmptyModel(model);
        var measured = new List<object>();
        using (IndexStore store = IndexStore.Create(Path.Combine(folder, "store"), model, new StoreOptions
        {
            Retriever = new RetrieverOptions { Device = EngineDevice.Cpu },
            Capacity = items,
            CompactAt = null,
            SnapshotEveryChanges = null,
            SnapshotEveryLogBytes = null,
        }))
        {
            for (int round = 0; round < rounds; round++)
            {
                foreach (int[] set in Enumerable.Range(0, round == 0 ? items : 1_000).Chunk(1_000))
                {
                    ItemChange[] changes = Array.ConvertAll(set, id => ItemChange.Upsert(FileIngest.MakeItem(id, round)));
                    store.ApplyAsync(changes).GetAwaiter().GetResult();
                }

                GC.Collect();
                GC.WaitForPendingFinalizers();
                measured.Add(Measure(store));
            }
        }

        Directory.Delete(folder, recursive: true);
        FigureFile.Write(figures, "snapshot", new { items, rounds }, measured);
    }

    private static object Measure(IndexStore store)
    {
        long before = OwnBytes();
        long most = before;
        using var ending = new ManualResetEventSlim();
        var watch = new Thread(() =>
        {
            do
            {
                most = Math.Max(most, OwnBytes());
            }
            while (!ending.Wait(2));
        });
        watch.Start();
        var clock = Stopwatch.StartNew();
        store.Snapshot();
        double seconds = clock.Elapsed.TotalSeconds;
        ending.Set();
        watch.Join();
        return new
        {
            beforeMegabytes = Math.Round(before / 1e6),
            peakMegabytes = Math.Round(most / 1e6),
            moreMegabytes = Math.Round((most - before) / 1e6),
            seconds = Math.Round(seconds, 2),
        };
    }

    // Memory that is no file's: what is mapped of one the system may drop.
    private static long OwnBytes() => 1_024 * long.Parse(
        File.ReadLines(Status).First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(
            [' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
