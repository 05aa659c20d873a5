using System.Globalization;
using Linr.Engine;
using Linr.Engine.Store;
using Linr.Index.Log;
using Linr.Tests.Index.Live;

namespace Linr.Tests.Engine.Store;

/// <summary>
/// What a child process does until it is killed: writers change items of a store, each three of its own at once, and
/// each writes the number of a set to standard output when it is acknowledged; snapshots, compactions and pushes go
/// on meanwhile.
/// </summary>
internal static class StoreChild
{
    public const string FolderVariable = "LINR_TEST_STORE";
    public const int Writers = 4;
    public const int ItemsEach = 3;

    /// <summary>A model that is pushed, beside the store's folder.</summary>
    public const string PushedName = "pushed.linr";

    public static readonly StoreOptions Options = new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu, Threads = 1 },
        Log = new ChangeLogOptions { SegmentBytes = 50_000 },
        SnapshotEveryChanges = 60,
        CompactAt = 3,
    };

    public static string SourceOf(int writer) => $"writer {writer}";

    public static void Run(string folder)
    {
        using IndexStore store = IndexStore.Open(folder, Options);
        string pushed = Path.Combine(Path.GetDirectoryName(folder)!, PushedName);
        Stream output = Console.OpenStandardOutput();
        Lock gate = new();
        Thread[] threads = [.. Enumerable.Range(0, Writers).Select(
            writer => new Thread(() => Write(store, writer, output, gate, writer == 0 ? pushed : null)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    private static void Write(IndexStore store, int writer, Stream output, Lock gate, string? pushed)
    {
        string source = SourceOf(writer);
        for (int number = 1 + int.Parse(store.PositionOf(source)!.Position, CultureInfo.InvariantCulture); ; number++)
        {
            ItemChange[] changes = [.. Enumerable.Range(writer * ItemsEach, ItemsEach)
                .Select(id => ItemChange.Upsert(LiveItems.Of(id, number), version: number))];
            string position = number.ToString(CultureInfo.InvariantCulture);
            store.ApplyAsync(changes, new SourcePosition(source, position)).GetAwaiter().GetResult();
            lock (gate)
            {
                output.Write(System.Text.Encoding.ASCII.GetBytes($"{writer} {position}\n"));
            }

            if (pushed is not null && number % 10 == 0)
            {
                store.Push(pushed, new PushOptions { Items = PushItems.OfStore });
            }
        }
    }
}
