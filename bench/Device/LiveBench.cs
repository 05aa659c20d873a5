using System.Diagnostics;
using System.Globalization;
using Linr.Cuda;
using Linr.Engine;
using Linr.Engine.Live;
using Linr.Kernels;

namespace Linr.Bench.Device;

/// <summary>
/// LiNR's live-update table: searches one after the other through the engine, while another thread replaces items at a fixed
/// rate. Rates take turns, so that what the machine does besides meets all of them.
/// </summary>
internal sealed class LiveBench(BenchOptions options, TextWriter output)
{
    private const int K = 2_000;
    private const int Rounds = 5;
    private const int QueryCount = 60;
    private const int WarmTurns = 5;
    private static readonly (int PerSecond, int SetSize)[] s_rates = [(0, 1), (600, 1), (10_000, 10), (100_000, 100)];
    private static readonly int[] s_batches = [1, 5];
    private static readonly int[] s_events = [2_000, 10_000, 50_000];

    /// <summary>Runs it.</summary>
    /// <exception cref="CudaException">The device has too little memory, or failed.</exception>
    public LiveReport Run(string command)
    {
        CudaDevice device = CudaDevice.Get(0);
        using var context = new CudaContext(device);
        using var rows = new RandomRows(
            context, CudaElement.Float16, options.Rows, options.Dim, options.Seed, hasAttributes: false);
        float[] queries = rows.Queries(0, QueryCount);
        LiveFigure[] still = [.. s_batches.Select(batch => SearchBelow(rows, queries, batch))];
        string log = Directory.CreateTempSubdirectory("linr-live-").FullName;
        try
        {
            using var live = Retriever.Over(EngineItems.Of(rows), "bench", new RetrieverOptions
            {
                Device = EngineDevice.Cuda,
                Live = new LiveOptions { Capacity = options.Rows + (options.Rows / 8), LogFolder = log },
            });
            LiveFigure[] figures = [.. s_batches.SelectMany(batch => SearchWhileItChanges(live, queries, batch))];
            var freshness = new FreshnessBench(live, queries, options.Rows, options.Dim, output);
            return new LiveReport
            {
                Device = device.Name,
                Driver = DeviceReport.DriverName(),
                Commit = DeviceReport.CommitOfProgram(),
                Command = command,
                Date = TimeProvider.System.GetUtcNow().UtcDateTime,
                Rows = options.Rows,
                K = K,
                Seconds = options.EngineSeconds,
                Rounds = Rounds,
                Still = still,
                Figures = figures,
                Freshness = [.. s_events.Select(events => freshness.Run(events, options.EngineSeconds))],
            };
        }
        finally
        {
            Directory.Delete(log, recursive: true);
        }
    }

    private LiveFigure SearchBelow(RandomRows rows, float[] queries, int batch)
    {
        using var search = new DeviceSearch(rows.Table.Context);
        using var workspace = new DeviceSearchWorkspace(rows.Table.Context);
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < 2 * WarmTurns || Stopwatch.GetElapsedTime(start).TotalSeconds < options.EngineSeconds; turn++)
        {
            long began = Stopwatch.GetTimestamp();
            search.Search(
                new DeviceSearchRequest
                {
                    Table = rows.Table,
                    QueryCount = batch,
                    Queries = queries.AsMemory(turn % (QueryCount / batch) * batch * options.Dim, batch * options.Dim),
                    K = (int)Math.Min(K, options.Rows),
                },
                workspace);
            if (turn > WarmTurns)
            {
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        var figure = new LiveFigure(batch, 0, 0, 1, Quantiles.Median(times), Quantiles.P95(times), null, null);
        output.WriteLine($"items that stay, batch {batch}: {figure.MedianMs:F3} ms (p95 {figure.P95Ms:F3})");
        return figure;
    }

    private IEnumerable<LiveFigure> SearchWhileItChanges(Retriever live, float[] queries, int batch)
    {
        using var searches = new SearchLoop(live, queries, options.Dim, batch, K);
        searches.Run(options.EngineSeconds / 4);
        List<(double Median, double P95)>[] found = [.. s_rates.Select(_ => new List<(double, double)>())];
        List<double>[] waits = [.. s_rates.Select(_ => new List<double>())];
        double[] made = new double[s_rates.Length];
        for (int round = 0; round < Rounds; round++)
        {
            for (int rate = 0; rate < s_rates.Length; rate++)
            {
                using var updates = new UpdateLoop(live, s_rates[rate].PerSecond, s_rates[rate].SetSize, options.Rows, options.Dim);
                updates.Start();
                double[] times = searches.Run(options.EngineSeconds / Rounds);
                made[rate] += updates.Stop(waits[rate]);
                found[rate].Add((Quantiles.Median(times), Quantiles.P95(times)));
            }
        }

        for (int rate = 0; rate < s_rates.Length; rate++)
        {
            (int perSecond, int setSize) = s_rates[rate];
            var figure = new LiveFigure(
                batch,
                perSecond,
                made[rate] / Rounds,
                setSize,
                Quantiles.Median(found[rate].Select(one => one.Median)),
                Quantiles.Median(found[rate].Select(one => one.P95)),
                waits[rate].Count == 0 ? null : Quantiles.Median(waits[rate]),
                waits[rate].Count == 0 ? null : Quantiles.P99(waits[rate]));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{figure.Updates:N0} updates a second, batch {batch}: {figure.MedianMs:F3} ms (p95 {figure.P95Ms:F3}); "
                + $"seen after {figure.ApplyMedianMs:F3} ms (p99 {figure.ApplyP99Ms:F3})"));
            yield return figure;
        }
    }
}
