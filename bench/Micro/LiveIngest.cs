using System.Diagnostics;
using System.Globalization;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Index;

namespace Linr.Bench.Micro;

/// <summary>
/// Durable upserts of 128-d items a second through a retriever that changes, each writer waiting for its own before it
/// gives more; in the same run, after each of them, what the disk gives to one thread that writes and syncs as many
/// bytes in as many pieces; and how long single events take from being received to being durable and searchable, at a
/// fixed rate: <c>dotnet run -c Release --project bench/Micro -- live FOLDER [items] [writers] [upserts a call, with
/// commas] [seconds] [rounds] [events a second]</c>. The folder must not be there.
/// <see cref="FigureFile"/> has the figures too.
/// </summary>
internal sealed class LiveIngest(string folder, int items, int writers, double seconds)
{
    private const int Dim = 128;

    private static readonly Schema s_schema = new()
    {
        IdKind = IdKind.Integer,
        Fields =
        [
            new FieldSchema("country", FieldType.Keyword, FieldRoles.Attribute),
            new FieldSchema("price", FieldType.Float, FieldRoles.Attribute),
            new FieldSchema("stock", FieldType.Integer, FieldRoles.Attribute),
        ],
        Embeddings = [new EmbeddingSchema("item", Dim, Metric.Cosine)],
    };

    private readonly List<object> _figures = [];

    public static void Run(ReadOnlySpan<string> args, string? figures)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int items = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200_000;
        int writers = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 8;
        string batches = args.Length > 3 ? args[3] : "1,16,64,256";
        double seconds = args.Length > 4 ? double.Parse(args[4], CultureInfo.InvariantCulture) : 3;
        int rounds = args.Length > 5 ? int.Parse(args[5], CultureInfo.InvariantCulture) : 3;
        int events = args.Length > 6 ? int.Parse(args[6], CultureInfo.InvariantCulture) : 2_000;
        var ingest = new LiveIngest(args[0], items, writers, seconds);
        Console.WriteLine("| writers | a call | upserts/s | of disk | MB/s | CPU µs an upsert | bytes allocated an upsert |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (string batch in batches.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            ingest.Measure(int.Parse(batch, CultureInfo.InvariantCulture), rounds);
        }

        if (events > 0)
        {
            Console.WriteLine();
            Console.WriteLine("| events/s | searches/s meanwhile | p50 ms | p95 | p99 | most |");
            Console.WriteLine("|---|---|---|---|---|---|");
            foreach (bool isSearched in (bool[])[false, true])
            {
                ingest.MeasureEventsAsync(events, isSearched).GetAwaiter().GetResult();
            }
        }

        FigureFile.Write(figures, "live", new { items, dim = Dim, writers, seconds, rounds }, ingest._figures);
    }

    private void Measure(int batch, int rounds)
    {
        List<(double PerSecond, string Line, object Figure)> measured = [];
        for (int round = 0; round < rounds; round++)
        {
            (double perSecond, long bytes, long groups, double cpu, double allocated) = IngestAll(batch);
            double disk = WritePlainly(bytes, groups);
            measured.Add((perSecond, FormattableString.Invariant(
                $"| {writers} | {batch} | {perSecond:N0} | {bytes / seconds / disk:P0} | {bytes / seconds / 1e6:N0} ")
                + FormattableString.Invariant($"| {cpu:N1} | {allocated:N0} |"), new
                {
                    upsertsACall = batch,
                    upsertsPerSecond = Math.Round(perSecond),
                    ofDisk = Math.Round(bytes / seconds / disk, 3),
                    megabytesPerSecond = Math.Round(bytes / seconds / 1e6, 1),
                    cpuMicrosecondsAnUpsert = Math.Round(cpu, 2),
                    allocatedBytesAnUpsert = Math.Round(allocated),
                }));
        }

        (_, string line, object figure) = measured.OrderBy(one => one.PerSecond).ElementAt(rounds / 2);
        Console.WriteLine(line);
        _figures.Add(figure);
    }

    private (double PerSecond, long Bytes, long Groups, double CpuMicroseconds, double Allocated) IngestAll(int batch)
    {
        long upserts = 0;
        double cpu;
        double allocated;
        TimeSpan wall;
        using (Retriever retriever = Open())
        {
            // Made before, as a source would while the disk writes.
            ItemChange[] pool = [.. Enumerable.Range(0, 16_384).Select(i => Change(i * 7_919, items))];
            long before = GC.GetTotalAllocatedBytes();
            TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            Thread[] threads = [.. Enumerable.Range(0, writers).Select(writer => new Thread(() =>
            {
                int at = writer * pool.Length / writers;
                long count = 0;
                var set = new ItemChange[batch];
                while (clock.Elapsed.TotalSeconds < seconds)
                {
                    for (int i = 0; i < batch; i++)
                    {
                        set[i] = pool[at++ % pool.Length];
                    }

                    retriever.ApplyAsync(set).GetAwaiter().GetResult();
                    count += batch;
                }

                Interlocked.Add(ref upserts, count);
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            wall = clock.Elapsed;
            cpu = (Environment.CpuUsage.TotalTime - cpuBefore).TotalMicroseconds / upserts;
            allocated = (double)(GC.GetTotalAllocatedBytes() - before) / upserts;
        }

        Linr.Index.Log.LogSummary log = Linr.Index.Log.ChangeLog.Verify(folder);
        Directory.Delete(folder, recursive: true);
        return log.EndOffset == upserts
            ? (upserts / wall.TotalSeconds, log.Bytes, log.Groups, cpu, allocated)
            : throw new InvalidDataException($"{upserts} upserts were acknowledged; {log.EndOffset} are there.");
    }

    /// <summary>Bytes a second that one thread writes and syncs, in as many pieces.</summary>
    private double WritePlainly(long bytes, long pieces)
    {
        byte[] piece = new byte[bytes / pieces];
        Random.Shared.NextBytes(piece);
        Directory.CreateDirectory(folder);
        var clock = Stopwatch.StartNew();
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file =
            File.OpenHandle(Path.Combine(folder, "plain"), FileMode.CreateNew, FileAccess.Write))
        {
            for (long i = 0; i < pieces; i++)
            {
                RandomAccess.Write(file, piece, i * piece.Length);
                RandomAccess.FlushToDisk(file);
            }
        }

        double perSecond = bytes / clock.Elapsed.TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return perSecond;
    }

    private async Task MeasureEventsAsync(int perSecond, bool isSearched)
    {
        Retriever retriever = Open();
        using var stop = new CancellationTokenSource();
        long searches = 0;
        Task searcher = Task.Run(() =>
        {
            float[] query = Embedding(new Random(1));
            while (isSearched && !stop.IsCancellationRequested)
            {
                retriever.Search(new SearchRequest { Embeddings = [new EmbeddingQuery("item", query)], K = 10 });
                searches++;
            }
        });
        int count = (int)(perSecond * Math.Max(seconds, 5));
        long[] took = new long[count];
        var tasks = new Task[count];
        ItemChange[] pool = [.. Enumerable.Range(0, 4_096).Select(i => Change(i * 7_919, items))];
        long start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < count; i++)
        {
            // Each has its own moment, whether or not those before are through.
            long due = start + (i * Stopwatch.Frequency / perSecond);
            while (Stopwatch.GetTimestamp() < due)
            {
                await timer.WaitForNextTickAsync().ConfigureAwait(false);
            }

            tasks[i] = ApplyAsync(i, due);
        }

        await Task.WhenAll(tasks).ConfigureAwait(false);
        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        await stop.CancelAsync().ConfigureAwait(false);
        await searcher.ConfigureAwait(false);
        Array.Sort(took);
        Console.WriteLine(FormattableString.Invariant(
            $"| {count / wall.TotalSeconds:N0} | {searches / wall.TotalSeconds:N0} | {At(0.5):N1} | {At(0.95):N1} | {At(0.99):N1} | {At(1):N1} |"));
        _figures.Add(new
        {
            eventsPerSecond = Math.Round(count / wall.TotalSeconds),
            searchesPerSecond = Math.Round(searches / wall.TotalSeconds),
            p50Ms = Math.Round(At(0.5), 2),
            p95Ms = Math.Round(At(0.95), 2),
            p99Ms = Math.Round(At(0.99), 2),
            maxMs = Math.Round(At(1), 2),
        });
        retriever.Dispose();
        Directory.Delete(folder, recursive: true);

        async Task ApplyAsync(int i, long due)
        {
            await retriever.ApplyAsync(pool[i % pool.Length]).ConfigureAwait(false);
            took[i] = Stopwatch.GetTimestamp() - due;
        }

        double At(double share) => took[Math.Min((int)(share * count), count - 1)] * 1_000.0 / Stopwatch.Frequency;
    }

    private Retriever Open()
    {
        using var builder = new ItemTableBuilder(s_schema);
        for (int id = 0; id < items; id++)
        {
            builder.Append(Change(id, items).Item);
        }

        return Retriever.Over(builder.Build(), options: new RetrieverOptions
        {
            Device = EngineDevice.Cpu, Live = new LiveOptions { LogFolder = folder, Capacity = items + 200_000 },
        });
    }

    private static ItemChange Change(int number, int items)
    {
        var random = new Random(number);
        return ItemChange.Upsert(new Item
        {
            Id = number % items,
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["country"] = [$"country {number % 200}"],
                ["price"] = [random.NextDouble()],
                ["stock"] = [random.NextInt64(1_000)],
            },
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["item"] = Embedding(random) },
        });
    }

    private static float[] Embedding(Random random)
        => [.. Enumerable.Range(0, Dim).Select(_ => (random.NextSingle() * 2) - 1)];
}
