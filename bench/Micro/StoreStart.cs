using System.Diagnostics;
using System.Globalization;
using Linr.Engine;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.ModelFiles;

namespace Linr.Bench.Micro;

/// <summary>
/// How long a store takes from nothing to its first answer, every byte of its snapshot compared with its checksum,
/// beside plain reads of the same bytes; the system's cache of the file is dropped before each:
/// <c>dotnet run -c Release --project bench/Micro -- start FOLDER [items] [changes in the log] [rounds]</c>. The folder
/// must not be there. <see cref="FigureFile"/> has the figures too.
/// </summary>
internal sealed class StoreStart(string folder)
{
    private const int Dim = 128;

    public static void Run(ReadOnlySpan<string> args, string? figures)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int items = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000_000;
        int changes = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 100_000;
        int rounds = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 3;
        var start = new StoreStart(args[0]);
        start.MakeAsync(items, changes).GetAwaiter().GetResult();
        (long bytes, List<object> measured) = start.Measure(rounds);
        Directory.Delete(args[0], recursive: true);
        FigureFile.Write(figures, "start", new { items, dim = Dim, changes, bytes }, measured);
    }

    private async Task MakeAsync(int items, int changes)
    {
        var clock = Stopwatch.StartNew();
        using (ItemTable table = Build(items))
        {
            Console.WriteLine(FormattableString.Invariant($"{items:N0} items made in {clock.Elapsed.TotalSeconds:N1} s"));
            clock.Restart();
            using IndexStore store = IndexStore.Create(folder, new ModelContents { Items = table, Version = "1" }, Options);
            Console.WriteLine(FormattableString.Invariant($"Store made in {clock.Elapsed.TotalSeconds:N1} s"));
            clock.Restart();
            foreach (int[] set in Enumerable.Range(0, changes).Chunk(500))
            {
                await store.ApplyAsync([.. set.Select(i => Change(i * 37 % items, i))]).ConfigureAwait(false);
            }

            Console.WriteLine(FormattableString.Invariant($"{changes:N0} changes made in {clock.Elapsed.TotalSeconds:N1} s"));
        }
    }

    private (long Bytes, List<object> Figures) Measure(int rounds)
    {
        string[] files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        long bytes = files.Sum(file => new FileInfo(file).Length);
        List<(double Start, double Read)> measured = [];
        for (int round = 0; round < rounds; round++)
        {
            Drop(files);
            double read = Time(() => Read(files));
            Drop(files);
            double start = Time(Start);
            measured.Add((start, read));
            Console.WriteLine(FormattableString.Invariant(
                $"round {round + 1}: read {read:N2} s ({bytes / read / 1e9:N2} GB/s), start {start:N2} s ({start / read:P0} of it)"));
        }

        double middle = measured.Select(one => one.Start / one.Read).Order().ElementAt(rounds / 2);
        Console.WriteLine(FormattableString.Invariant($"{bytes:N0} bytes; a start takes {middle:P0} of reading them (median)"));
        return (bytes, [.. measured.Select(one => (object)new
        {
            startSeconds = Math.Round(one.Start, 3),
            readSeconds = Math.Round(one.Read, 3),
            startGigabytesPerSecond = Math.Round(bytes / one.Start / 1e9, 2),
        })]);
    }

    private void Start()
    {
        using IndexStore store = IndexStore.Open(folder, Options);
        SearchResponse found = store.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("item", Embedding(new Random(1)))], K = 10,
        });
        if (found.Hits.Count != 10)
        {
            throw new InvalidDataException($"Expected 10 hits; found {found.Hits.Count}.");
        }
    }

    private static void Read(string[] files)
    {
        byte[] piece = new byte[1 << 20];
        foreach (string file in files)
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
            while (stream.Read(piece) > 0)
            {
            }
        }
    }

    // The one tool for it that asks for no rights.
    private static void Drop(string[] files)
    {
        foreach (string file in files)
        {
            var start = new ProcessStartInfo("dd", [$"if={file}", "iflag=nocache", "count=0"]) { RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
        }
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private static StoreOptions Options => new()
    {
        Retriever = new RetrieverOptions { Device = EngineDevice.Cpu },
        SnapshotEveryChanges = null,
        SnapshotEveryLogBytes = null,
    };

    private static ItemTable Build(int items)
    {
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new FieldSchema("country", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("price", FieldType.Float, FieldRoles.Attribute),
            ],
            Embeddings = [new EmbeddingSchema("item", Dim, Metric.Cosine)],
        });
        for (int id = 0; id < items; id++)
        {
            builder.Append(Change(id, id).Item);
        }

        return builder.Build();
    }

    private static ItemChange Change(int id, int number) => ItemChange.Upsert(
        new Item
        {
            Id = id,
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["country"] = [$"country {number % 200}"], ["price"] = [number / 100.0],
            },
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["item"] = Embedding(new Random(number)) },
        },
        version: number);

    private static float[] Embedding(Random random)
        => [.. Enumerable.Range(0, Dim).Select(_ => (random.NextSingle() * 2) - 1)];
}
