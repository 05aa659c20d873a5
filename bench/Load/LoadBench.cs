using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Linr.Engine;

namespace Linr.Bench.Load;

/// <summary>
/// Measures the service over gRPC on the loopback of one machine, client and server in processes of their own: as many
/// searches as it can, then at rates below that.
/// </summary>
internal sealed class LoadBench(LoadOptions options, TextWriter log)
{
    private static readonly double[] s_shares = [0.1, 0.3, 0.5, LoadOptions.TargetShare, 0.9];
    private static readonly TimeSpan s_betweenSamples = TimeSpan.FromSeconds(5);
    private const int AddedRounds = 10;
    private const int AddedSearches = 200;
    private const double MicrosecondsPerSecond = 1e6;

    public async Task<LoadReport> RunAsync(string command, CancellationToken cancellation)
    {
        double loadBefore = LoadAverage();
        using var random = new TemporaryData();
        string model = options.Model ?? Path.Combine(random.Folder, "random.linr");
        if (!File.Exists(model))
        {
            RandomModel.Write(model, options.Items, options.Dim, options.Seed);
        }

        using Retriever retriever = Retriever.Open(model, new RetrieverOptions { Device = options.Device });
        long items = retriever.Count(cancellation: cancellation).Items;
        var workload = new Workload(retriever, options);
        log.WriteLine($"{items:N0} items, {workload.Description}, {options.Clients} clients");
        ServerProcess server = await ServerProcess.StartAsync(model, options, changes: options.Updates > 0)
            .ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            using var clients = new LoadClients(server.Address, options.Clients, workload);
            await clients.RunClosedAsync(options.WarmUp).ConfigureAwait(false);
            AddedFigure added = await MeasureAddedAsync(retriever, clients, workload).ConfigureAwait(false);
            log.WriteLine(
                $"one at a time: engine p50 {added.EngineP50Ms:N3}, service p50 {added.ServiceP50Ms:N3}, "
                + $"p99 {added.ServiceP99Ms:N3}, of which its stages {added.StagesP50Ms:N3}, an empty call "
                + $"{added.EmptyP50Ms:N3} ms");
            StageFigure saturated = await MeasureAsync(
                server, () => clients.RunClosedAsync(options.Stage), rate: null, share: null).ConfigureAwait(false);
            var stages = new List<StageFigure>();
            IEnumerable<double> rates = options.Rates.Count > 0
                ? options.Rates : s_shares.Select(share => share * saturated.AnsweredPerSecond);
            foreach (double rate in rates)
            {
                stages.Add(await MeasureAsync(server, clients, rate, saturated, options.Stage).ConfigureAwait(false));
            }

            StageFigure target = await MeasureAsync(
                server, clients, LoadOptions.TargetShare * saturated.AnsweredPerSecond, saturated, options.Target)
                .ConfigureAwait(false);
            SoakFigure? soak = options.Soak > TimeSpan.Zero
                ? await SoakAsync(server, clients, workload, saturated, cancellation).ConfigureAwait(false) : null;
            return new LoadReport
            {
                Machine = Machine(),
                Processors = Environment.ProcessorCount,
                Commit = Commit(),
                Date = TimeProvider.System.GetUtcNow().UtcDateTime,
                Command = command,
                Model = options.Model is null ? $"random, {options.Dim} floats an item" : Path.GetFileName(model),
                Items = items,
                Engine = retriever.Engine,
                Searches = workload.Description,
                Clients = options.Clients,
                ArrivesByChance = options.ArrivesByChance,
                Saturated = saturated,
                Stages = stages,
                Target = target,
                Added = added,
                Soak = soak,
                LoadBefore = loadBefore,
            };
        }
    }

    // In turn, so that whatever else the machine does hits both.
    private static async Task<AddedFigure> MeasureAddedAsync(
        Retriever retriever, LoadClients clients, Workload workload)
    {
        var engine = new List<long>();
        var service = new List<long>();
        var stages = new List<long>();
        var empty = new List<long>();
        long next = 0;
        for (int round = 0; round < AddedRounds; round++)
        {
            for (int i = 0; i < AddedSearches; i++)
            {
                long started = Stopwatch.GetTimestamp();
                retriever.Search(workload.OfEngine(next + i));
                engine.Add(Stopwatch.GetTimestamp() - started);
            }

            for (int i = 0; i < AddedSearches; i++)
            {
                long started = Stopwatch.GetTimestamp();
                Client.SearchResponse answer = await clients.First.SearchAsync(workload.OfService(next + i))
                    .ConfigureAwait(false);
                service.Add(Stopwatch.GetTimestamp() - started);
                double microseconds = answer.Stages.Sum(stage => stage.Microseconds);
                stages.Add((long)(microseconds * Stopwatch.Frequency / MicrosecondsPerSecond));
            }

            for (int i = 0; i < AddedSearches; i++)
            {
                long started = Stopwatch.GetTimestamp();
                await clients.First.IsReadyAsync().ConfigureAwait(false);
                empty.Add(Stopwatch.GetTimestamp() - started);
            }

            next += AddedSearches;
        }

        var ofService = new Latencies(service);
        return new AddedFigure(
            service.Count,
            new Latencies(engine).Ms(0.5),
            ofService.Ms(0.5),
            ofService.Ms(0.99),
            new Latencies(stages).Ms(0.5),
            new Latencies(empty).Ms(0.5));
    }

    private async Task<StageFigure> MeasureAsync(
        ServerProcess server, LoadClients clients, double rate, StageFigure saturated, TimeSpan duration)
    {
        double share = rate / saturated.AnsweredPerSecond;
        await clients.RunOpenAsync(rate, options.WarmUp, Chance()).ConfigureAwait(false);
        return await MeasureAsync(server, () => clients.RunOpenAsync(rate, duration, Chance()), rate, share)
            .ConfigureAwait(false);
    }

    private async Task<StageFigure> MeasureAsync(
        ServerProcess server, Func<Task<LoadRun>> run, double? rate, double? share)
    {
        ServerSample before = await server.SampleAsync().ConfigureAwait(false);
        LoadRun ran = await run().ConfigureAwait(false);
        ServerSample after = await server.SampleAsync().ConfigureAwait(false);
        var figure = StageFigure.Of(ran, rate, share, before, after);
        string due = rate is { } wanted ? $"{wanted:N0} due" : "saturated";
        log.WriteLine(
            $"{due}: {figure.AnsweredPerSecond:N0}/s, p50 {figure.P50Ms:N2}, p95 {figure.P95Ms:N2}, "
            + $"p99 {figure.P99Ms:N2}, max {figure.MaxMs:N2} ms; {figure.Errors.Values.Sum()} errors; "
            + $"collections {figure.Gen0}/{figure.Gen1}/{figure.Gen2}; "
            + $"{figure.AllocatedBytesPerSearch:N0} bytes a search");
        IEnumerable<string> parts = figure.Parts.Select(
            part => string.Create(CultureInfo.InvariantCulture, $"{part.Name} {part.P50Ms:F2}/{part.P99Ms:F2}"));
        log.WriteLine($"  p50/p99 of its parts: {string.Join(", ", parts)} ms");
        return figure;
    }

    private async Task<SoakFigure> SoakAsync(
        ServerProcess server,
        LoadClients clients,
        Workload workload,
        StageFigure saturated,
        CancellationToken cancellation)
    {
        double rate = LoadOptions.TargetShare * saturated.AnsweredPerSecond;
        var samples = new List<SoakSample>();
        var updates = new UpdateLoop(clients.First, workload.Items, Math.Max(options.Updates, 1), options.Seed);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ServerSample before = await server.SampleAsync().ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        Task updating = options.Updates > 0
            ? Task.Run(() => updates.RunAsync(ended.Token), cancellation) : Task.CompletedTask;
        Task<LoadRun> searching = clients.RunOpenAsync(rate, options.Soak, Chance());
        while (!searching.IsCompleted)
        {
            await Task.WhenAny(searching, Task.Delay(s_betweenSamples, cancellation)).ConfigureAwait(false);
            ServerSample sample = await server.SampleAsync().ConfigureAwait(false);
            samples.Add(new SoakSample(
                Stopwatch.GetElapsedTime(start).TotalSeconds, sample.ResidentBytes, sample.ManagedBytes, sample.Gen2));
        }

        await ended.CancelAsync().ConfigureAwait(false);
        await updating.ConfigureAwait(false);
        LoadRun ran = await searching.ConfigureAwait(false);
        ServerSample after = await server.SampleAsync().ConfigureAwait(false);
        var figure = new SoakFigure
        {
            Searches = StageFigure.Of(ran, rate, LoadOptions.TargetShare, before, after),
            UpdatesPerSecond = updates.Acknowledged / ran.Elapsed.TotalSeconds,
            Updates = updates.Acknowledged,
            UpdateErrors = updates.Failed,
            Samples = samples,
        };
        log.WriteLine(
            $"soak: p99 {figure.Searches.P99Ms:N2} ms, {figure.Searches.Errors.Values.Sum()} errors, "
            + $"{figure.Updates:N0} updates, {figure.UpdateErrors} failed; resident "
            + $"{figure.ResidentGrowthPercent:+0.0;-0.0} %, managed {figure.ManagedGrowthPercent:+0.0;-0.0} %");
        return figure;
    }

    private Random? Chance() => options.ArrivesByChance ? new Random(options.Seed) : null;

    private static double LoadAverage() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : double.NaN;

    private static string Machine()
    {
        string? name = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(
                line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return name?.Split(':', 2)[1].Trim() ?? RuntimeInformation.OSArchitecture.ToString();
    }

    private static string? Commit()
    {
        var start = new ProcessStartInfo("git", "rev-parse --short HEAD")
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using Process git = Process.Start(start)!;
            string commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? commit : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
