using System.Diagnostics;
using System.Globalization;
using Linr.Index.Log;

namespace Linr.Bench.Micro;

/// <summary>
/// Durable upserts of 128-d items a second, each writer waiting for its own before it sends more; and in the same run,
/// after each of them, what the disk gives to one thread that writes and syncs as many bytes in as many pieces; and how
/// fast the log is read and checked, as when it is opened:
/// <c>dotnet run -c Release --project bench/Micro -- log FOLDER [writers] [upserts a call, with commas] [seconds]
/// [rounds]</c>. The folder must not be there. <see cref="FigureFile"/> has the figures too.
/// </summary>
internal sealed class LogIngest(string folder, int writers, double seconds)
{
    private const int Dim = 128;

    private readonly List<object> _figures = [];

    public static void Run(ReadOnlySpan<string> args, string? figures)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string folder = args[0];
        int writers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 16;
        string batches = args.Length > 2 ? args[2] : "1,16,64,256";
        double seconds = args.Length > 3 ? double.Parse(args[3], CultureInfo.InvariantCulture) : 3;
        int rounds = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 3;
        var ingest = new LogIngest(folder, writers, seconds);
        Console.WriteLine("| writers | a call | upserts/s | of disk | syncs/s | bytes a sync | CPU µs | disk's | GB/s read |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (string batch in batches.Split(','))
        {
            ingest.Measure(int.Parse(batch, CultureInfo.InvariantCulture), rounds);
        }

        FigureFile.Write(figures, "log", new { dim = Dim, writers, seconds, rounds }, ingest._figures);
    }

    private void Measure(int batch, int rounds)
    {
        List<(double UpsertsPerSecond, string Line, object Figure)> measured = [];
        for (int round = 0; round < rounds; round++)
        {
            Ingested log = IngestAll(batch);
            Ingested disk = WritePlainly(log);
            double share = log.PerSecond / disk.PerSecond;
            measured.Add((log.PerSecond, FormattableString.Invariant(
                $"| {writers} | {batch} | {log.PerSecond:N0} | {share:P0} | {log.Groups / log.Wall.TotalSeconds:N0} ")
                + FormattableString.Invariant($"| {log.Bytes / log.Groups:N0} | {log.CpuMicroseconds:N2} ")
                + FormattableString.Invariant($"| {disk.CpuMicroseconds:N2} | {log.Bytes / log.Read.TotalSeconds / 1e9:N2} |"),
                new
                {
                    upsertsACall = batch,
                    upsertsPerSecond = Math.Round(log.PerSecond),
                    ofDisk = Math.Round(share, 3),
                    syncsPerSecond = Math.Round(log.Groups / log.Wall.TotalSeconds),
                    bytesASync = log.Bytes / log.Groups,
                    cpuMicrosecondsAnUpsert = Math.Round(log.CpuMicroseconds, 2),
                    diskCpuMicrosecondsAnUpsert = Math.Round(disk.CpuMicroseconds, 2),
                    readGigabytesPerSecond = Math.Round(log.Bytes / log.Read.TotalSeconds / 1e9, 2),
                }));
        }

        (_, string line, object figure) = measured.OrderBy(one => one.UpsertsPerSecond).ElementAt(rounds / 2);
        Console.WriteLine(line);
        _figures.Add(figure);
    }

    private Ingested IngestAll(int batch)
    {
        ChangeLog log = ChangeLog.Open(folder);
        long upserts = 0;
        TimeSpan cpu = Cpu();
        var clock = Stopwatch.StartNew();
        Thread[] threads = [.. Enumerable.Range(0, writers).Select(writer => new Thread(() =>
        {
            ItemChange[] changes = [.. Enumerable.Range(0, batch).Select(place => Change((writer * batch) + place))];
            var unit = new LogUnit();
            long count = 0;
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                unit.Clear();
                foreach (ItemChange change in changes)
                {
                    unit.Add(change);
                }

                log.Append(unit).Durable.GetAwaiter().GetResult();
                count += batch;
            }

            Interlocked.Add(ref upserts, count);
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        TimeSpan wall = clock.Elapsed;
        cpu = Cpu() - cpu;
        log.Dispose();
        clock.Restart();
        LogSummary summary = ChangeLog.Verify(folder);
        TimeSpan read = clock.Elapsed;
        Directory.Delete(folder, recursive: true);
        return summary.EndOffset == upserts
            ? new Ingested(upserts, summary.Bytes, summary.Groups, wall, cpu, read)
            : throw new InvalidDataException($"{upserts} upserts were acknowledged; {summary.EndOffset} are there.");
    }

    private Ingested WritePlainly(Ingested log)
    {
        byte[] piece = new byte[log.Bytes / log.Groups];
        Random.Shared.NextBytes(piece);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "plain");
        TimeSpan cpu = Cpu();
        var clock = Stopwatch.StartNew();
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file =
            File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
        {
            for (long i = 0; i < log.Groups; i++)
            {
                RandomAccess.Write(file, piece, i * piece.Length);
                RandomAccess.FlushToDisk(file);
            }
        }

        TimeSpan wall = clock.Elapsed;
        cpu = Cpu() - cpu;
        Directory.Delete(folder, recursive: true);
        return log with { Wall = wall, Cpu = cpu };
    }

    private static ItemChange Change(int id)
    {
        var random = new Random(id);
        var embedding = new float[Dim];
        for (int i = 0; i < Dim; i++)
        {
            embedding[i] = (random.NextSingle() * 2) - 1;
        }

        return ItemChange.Upsert(
            new Item
            {
                Id = id,
                Fields = new Dictionary<string, IReadOnlyList<Value>>
                {
                    ["country"] = ["nl"],
                    ["price"] = [random.NextDouble()],
                    ["stock"] = [random.NextInt64(1_000)],
                },
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["item"] = embedding },
            },
            version: id);
    }

    private static TimeSpan Cpu()
    {
        using Process process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private sealed record Ingested(long Upserts, long Bytes, long Groups, TimeSpan Wall, TimeSpan Cpu, TimeSpan Read)
    {
        public double PerSecond => Upserts / Wall.TotalSeconds;

        public double CpuMicroseconds => Cpu.TotalMicroseconds / Upserts;
    }
}
