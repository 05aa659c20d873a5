using System.Diagnostics;
using System.Threading.Channels;
using Linr.Client;

namespace Linr.Bench.Load;

/// <summary>Clients with a connection each, and one search under way each.</summary>
internal sealed class LoadClients : IDisposable
{
    private readonly LinrClient[] _clients;
    private readonly Workload _workload;
    private long _next;

    public LoadClients(string address, int count, Workload workload)
    {
        // What a search waits for is measured, failures too: none is hidden by a retry.
        _clients = [.. Enumerable.Range(0, count).Select(_ => new LinrClient(
            new LinrClientOptions { Addresses = [address], AttemptsMax = 1 }))];
        _workload = workload;
    }

    public LinrClient First => _clients[0];

    /// <summary>Each client searches again as soon as it has its answer, until the time is over.</summary>
    public async Task<LoadRun> RunClosedAsync(TimeSpan duration)
    {
        var run = new LoadRun();
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(_clients.Select(client => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await SearchAsync(client, Stopwatch.GetTimestamp(), run).ConfigureAwait(false);
            }
        }))).ConfigureAwait(false);
        run.Elapsed = Stopwatch.GetElapsedTime(start);
        return run;
    }

    /// <summary>
    /// Searches are due at a rate, whether or not those before are answered; a free client takes the oldest. Its time
    /// counts from when it was due.
    /// </summary>
    /// <param name="rate">Searches a second.</param>
    /// <param name="duration">How long searches become due.</param>
    /// <param name="chance">Draws the times between; null: they are even.</param>
    public async Task<LoadRun> RunOpenAsync(double rate, TimeSpan duration, Random? chance)
    {
        var run = new LoadRun();
        Channel<long> due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
        long start = Stopwatch.GetTimestamp();
        Task[] searching = [.. _clients.Select(client => Task.Run(async () =>
        {
            await foreach (long at in due.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                await SearchAsync(client, at, run).ConfigureAwait(false);
            }
        }))];
        var arriving = new Thread(Arrive) { Name = "arrivals", IsBackground = true, Priority = ThreadPriority.Highest };
        arriving.Start();
        await Task.WhenAll(searching).ConfigureAwait(false);
        run.Elapsed = Stopwatch.GetElapsedTime(start);
        return run;

        void Arrive()
        {
            var pace = new Pace(rate, chance);
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                due.Writer.TryWrite(pace.WaitForNext());
            }

            due.Writer.Complete();
        }
    }

    public void Dispose()
    {
        foreach (LinrClient client in _clients)
        {
            client.Dispose();
        }
    }

    private async Task SearchAsync(LinrClient client, long due, LoadRun run)
    {
        try
        {
            Client.SearchRequest request = _workload.OfService(Interlocked.Increment(ref _next));
            long sent = Stopwatch.GetTimestamp();
            Client.SearchResponse answer = await client.SearchAsync(request).ConfigureAwait(false);
            run.Add(answer, due, sent, Stopwatch.GetTimestamp());
        }
        catch (LinrException error)
        {
            run.Errors.AddOrUpdate($"{error.Status}: {error.Message}", 1, (_, count) => count + 1);
        }
    }
}
