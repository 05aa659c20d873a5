using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Index.Live;
using Linr.Ingest;
using Linr.Ingest.Postgres;
using Npgsql;

namespace Linr.Bench.Micro;

/// <summary>
/// The time from the moment at which a client sends a row of 128 numbers to a PostgreSQL, each row a transaction, until
/// the item can be found in a retriever with a log that follows the table: <c>dotnet run -c Release --project
/// bench/Micro -- postgres FOLDER CONNECTION [rows a second, with commas] [seconds] [rounds]</c>. The folder must not
/// be there, nor may the database have a table <c>bench_items</c>. <see cref="FigureFile"/> has the figures.
/// </summary>
internal sealed class PostgresLatency(string folder, string connection)
{
    private const int Dim = 128;
    private const int Clients = 8;

    private const string Create = "CREATE TABLE bench_items "
        + "(id bigint PRIMARY KEY, country text, price float8, stock int, item float4[])";

    private readonly ConcurrentDictionary<long, long> _sent = new();
    private readonly ConcurrentBag<(long Id, double Milliseconds)> _seen = [];

    public static void Run(ReadOnlySpan<string> args, string? figures)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string rates = args.Length > 2 ? args[2] : "100,1000";
        double seconds = args.Length > 3 ? double.Parse(args[3], CultureInfo.InvariantCulture) : 10;
        int rounds = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 3;
        new PostgresLatency(args[0], args[1]).RunAsync(rates, seconds, rounds, figures).GetAwaiter().GetResult();
    }

    private async Task RunAsync(string rates, double seconds, int rounds, string? file)
    {
        var figures = new List<object>();
        Directory.CreateDirectory(folder);
        string model = Path.Combine(folder, "model.linr");
        FileIngest.WriteEmptyModel(model);
        await ExecuteAsync(Create);
        var options = new PostgresSourceOptions { ConnectionString = connection, Table = "bench_items" };
        using (Retriever retriever = Retriever.Open(model, new RetrieverOptions
        {
            Device = EngineDevice.Cpu,
            Live = new LiveOptions { LogFolder = Path.Combine(folder, "log"), Capacity = 1_000_000 },
        }))
        {
            using var ending = new CancellationTokenSource();
            using var ingestor = new Ingestor(new TimedSink(this, retriever), [new PostgresSource(options)]);
            Task run = ingestor.RunAsync(ending.Token);
            long id = 0;
            await SendAsync(++id);
            while (!_seen.Any(one => one.Id == 1) || ingestor.Sources[0].State != SourceState.Streaming)
            {
                await Task.Delay(10);
            }

            foreach (int rate in rates.Split(',').Select(one => int.Parse(one, CultureInfo.InvariantCulture)))
            {
                var quantiles = new List<(double P50, double P99, double Max, double PerSecond)>();
                for (int round = 0; round < rounds; round++)
                {
                    quantiles.Add(await MeasureAsync(rate, seconds, id));
                    id += (long)(rate * seconds);
                }

                figures.Add(new
                {
                    rowsPerSecond = rate,
                    sentPerSecond = Math.Round(Median(quantiles.Select(one => one.PerSecond))),
                    p50Ms = Math.Round(Median(quantiles.Select(one => one.P50)), 2),
                    p99Ms = Math.Round(Median(quantiles.Select(one => one.P99)), 2),
                    maxMs = Math.Round(quantiles.Max(one => one.Max), 2),
                });
            }

            await ending.CancelAsync();
            await run;
        }

        // The server lets go of the slot when it has noticed that nobody is there.
        while (await ExecuteAsync("SELECT slot_name, pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            + "WHERE slot_name = 'linr_bench_items' AND NOT active") is null)
        {
            await Task.Delay(100);
        }

        await ExecuteAsync("DROP TABLE bench_items", "DROP PUBLICATION linr_bench_items");
        Directory.Delete(folder, recursive: true);
        FigureFile.Write(file, "postgres", new { dim = Dim, clients = Clients, seconds, rounds }, figures);
    }

    private async Task<(double P50, double P99, double Max, double PerSecond)> MeasureAsync(
        int rate, double seconds, long from)
    {
        _seen.Clear();
        int count = (int)(rate * seconds);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            await using var open = new NpgsqlConnection(connection);
            await open.OpenAsync();
            for (int i = client; i < count; i += Clients)
            {
                // Sent when it is due, however long those before it took.
                TimeSpan due = TimeSpan.FromSeconds((double)i / rate) - clock.Elapsed;
                if (due > TimeSpan.Zero)
                {
                    await Task.Delay(due);
                }

                await SendAsync(open, from + 1 + i);
            }
        })));
        double perSecond = count / clock.Elapsed.TotalSeconds;
        while (_seen.Count < count)
        {
            await Task.Delay(10);
        }

        double[] times = [.. _seen.Select(one => one.Milliseconds).Order()];
        return (times[times.Length / 2], times[(int)(times.Length * 0.99)], times[^1], perSecond);
    }

    private async Task SendAsync(long id)
    {
        await using var open = new NpgsqlConnection(connection);
        await open.OpenAsync();
        await SendAsync(open, id);
    }

    private async Task SendAsync(NpgsqlConnection open, long id)
    {
        var random = new Random((int)id);
        float[] item = [.. Enumerable.Range(0, Dim).Select(_ => random.NextSingle())];
        await using var insert = new NpgsqlCommand("INSERT INTO bench_items VALUES ($1, 'nl', 0.5, 7, $2)", open)
        {
            Parameters = { new NpgsqlParameter { Value = id }, new NpgsqlParameter { Value = item } },
        };
        _sent[id] = Stopwatch.GetTimestamp();
        await insert.ExecuteNonQueryAsync();
    }

    private async Task<object?> ExecuteAsync(params string[] statements)
    {
        await using var open = new NpgsqlConnection(connection);
        await open.OpenAsync();
        object? last = null;
        foreach (string statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, open);
            last = await command.ExecuteScalarAsync();
        }

        return last;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    // Changes can be seen when they have been made.
    private sealed class TimedSink(PostgresLatency bench, Retriever retriever) : IChangeSink
    {
        private readonly RetrieverSink _sink = new(retriever);

        public Schema Schema => _sink.Schema;

        public SourcePosition? PositionOf(string source) => _sink.PositionOf(source);

        public IEnumerable<ItemId> Ids() => _sink.Ids();

        public Task<ChangeResult> ApplyAsync(IReadOnlyList<ItemChange> changes, SourcePosition position)
        {
            Task<ChangeResult> made = _sink.ApplyAsync(changes, position);
            long now = Stopwatch.GetTimestamp();
            foreach (ItemChange change in changes)
            {
                long id = change.Id.Integer;
                bench._seen.Add((id, Stopwatch.GetElapsedTime(bench._sent[id], now).TotalMilliseconds));
            }

            return made;
        }
    }
}
