using System.Diagnostics;
using System.Globalization;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Formats;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Ingest;
using Linr.Ingest.Files;

namespace Linr.Bench.Micro;

/// <summary>
/// Items of 128 numbers and three fields a second, out of a JSON Lines file into a retriever with a log, each durable
/// with its position; and how fast the file alone is read: <c>dotnet run -c Release --project bench/Micro -- ingest
/// FOLDER [items] [rounds]</c>. The folder must not be there. <see cref="FigureFile"/> has the figures.
/// </summary>
internal static class FileIngest
{
    private const int Dim = 128;

    public static void Run(ReadOnlySpan<string> args, string? figures)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string folder = args[0];
        int items = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200_000;
        int rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "items.jsonl");
        string model = Path.Combine(folder, "model.linr");
        Write(file, model, items);
        long bytes = new FileInfo(file).Length;
        double[] made = new double[rounds];
        double[] cpu = new double[rounds];
        double[] read = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            (made[round], cpu[round]) = Ingest(file, model, Path.Combine(folder, $"log-{round}"), items);
            read[round] = Read(file, items);
        }

        Directory.Delete(folder, recursive: true);
        FigureFile.Write(figures, "ingest", new { items, bytesALine = bytes / items, rounds },
        [
            new
            {
                itemsPerSecond = Math.Round(Median(made)),
                megabytesPerSecond = Math.Round(Median(made) * bytes / items / 1e6, 1),
                cpuMicrosecondsAnItem = Math.Round(Median(cpu), 2),
                readAlonePerSecond = Math.Round(Median(read)),
            },
        ]);
    }

    public static Schema Schema => new()
    {
        IdKind = IdKind.Integer,
        Fields =
        [
            new FieldSchema("country", FieldType.Keyword, FieldRoles.Attribute),
            new FieldSchema("price", FieldType.Float, FieldRoles.Attribute),
            new FieldSchema("stock", FieldType.Integer, FieldRoles.Attribute),
        ],
        Embeddings = [new EmbeddingSchema("item", Dim)],
    };

    /// <summary>An item of the schema.</summary>
    public static Item MakeItem(int id, int seed)
    {
        var random = new Random((id * 31) + seed);
        return new Item
        {
            Id = id,
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["country"] = ["nl"],
                ["price"] = [random.NextDouble()],
                ["stock"] = [random.NextInt64(1_000)],
            },
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
            {
                ["item"] = Enumerable.Range(0, Dim).Select(_ => (random.NextSingle() * 2) - 1).ToArray(),
            },
        };
    }

    public static void WriteEmptyModel(string path)
    {
        using var builder = new ItemTableBuilder(Schema);
        using ItemTable table = builder.Build();
        ModelWriter.Write(path, new ModelContents { Items = table, Version = "bench" });
    }

    private static void Write(string file, string model, int items)
    {
        WriteEmptyModel(model);
        using ItemWriter writer = ItemFile.Create(file, Schema);
        for (int id = 0; id < items; id++)
        {
            writer.Write(MakeItem(id, seed: 1));
        }
    }

    private static (double PerSecond, double CpuMicroseconds) Ingest(string file, string model, string log, int items)
    {
        using Retriever retriever = Retriever.Open(model, new RetrieverOptions
        {
            Device = EngineDevice.Cpu, Live = new LiveOptions { LogFolder = log, Capacity = items },
        });
        using var ingestor = new Ingestor(
            new RetrieverSink(retriever), [new FileSource(new FileSourceOptions { Path = file, Follows = false })]);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        ingestor.RunAsync().GetAwaiter().GetResult();
        double seconds = clock.Elapsed.TotalSeconds;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        SourceStatus status = ingestor.Sources[0];
        return status.Applied == items
            ? (items / seconds, cpu.TotalMicroseconds / items)
            : throw new InvalidDataException($"Expected {items} items; found {status.Applied}: {status.Error}");
    }

    private static double Read(string file, int items)
    {
        var clock = Stopwatch.StartNew();
        int count = ItemFile.Read(file, new ItemOptions { Schema = Schema }).Count();
        return count == items ? items / clock.Elapsed.TotalSeconds : throw new InvalidDataException($"{count} items");
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
