using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Linr.Engine;
using Linr.Index.Live;

namespace Linr.Bench.Device;

/// <summary>
/// How long a change takes from its arrival until it is on the disk and can be found: changes arrive one by one at a fixed
/// rate, whatever becomes of those before, and all that wait are made at once.
/// </summary>
internal sealed class FreshnessBench(Retriever live, float[] queries, long rows, int dim, TextWriter output)
{
    private const int K = 2_000;
    private const int ItemsMade = 16_384;
    private const int SetMax = 1_000;

    public FreshnessFigure Run(int perSecond, double seconds)
    {
        ItemChange[] items = RandomItems.Set(new Random(perSecond), ItemsMade, rows, dim);
        var arrived = Channel.CreateUnbounded<(ItemChange Change, long At)>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var over = new CancellationTokenSource();
        using var searches = new SearchLoop(live, queries, dim, batch: 1, K);
        searches.Run(seconds / 4, CancellationToken.None);
        Task<double[]> searching = Task.Factory.StartNew(
            () => searches.Run(double.PositiveInfinity, over.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Task<(List<double> WaitsMs, int Sets)> applying = Task.Run(() => Apply(arrived.Reader));
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; i++)
        {
            long due = start + (long)(i * (double)Stopwatch.Frequency / perSecond);
            while (Stopwatch.GetTimestamp() < due)
            {
                Thread.SpinWait(20);
            }

            // What comes late by the clock of this machine came when it was due.
            arrived.Writer.TryWrite((items[i % items.Length], due));
        }

        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        arrived.Writer.Complete();
        (List<double> waits, int sets) = applying.GetAwaiter().GetResult();
        over.Cancel();
        double[] times = searching.GetAwaiter().GetResult();
        var figure = new FreshnessFigure(
            perSecond,
            waits.Count / took,
            Quantiles.Median(waits),
            Quantiles.P99(waits),
            waits.Max(),
            (double)waits.Count / sets,
            Quantiles.Median(times));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figure.Events:N0} changes a second: on the disk and found after {figure.MedianMs:F2} ms (p99 {figure.P99Ms:F2}, "
            + $"at most {figure.MaxMs:F1}); {figure.MeanSet:F1} at once; searches {figure.SearchMedianMs:F3} ms"));
        return figure;
    }

    private async Task<(List<double> WaitsMs, int Sets)> Apply(ChannelReader<(ItemChange Change, long At)> arrived)
    {
        var waits = new List<double>();
        var changes = new List<ItemChange>();
        var at = new List<long>();
        var acknowledged = new Queue<(Task<ChangeResult> Made, long[] At)>();
        int sets = 0;
        while (await arrived.WaitToReadAsync().ConfigureAwait(false))
        {
            while (changes.Count < SetMax && arrived.TryRead(out (ItemChange Change, long At) one))
            {
                changes.Add(one.Change);
                at.Add(one.At);
            }

            // The next set is made while the disk writes this one.
            acknowledged.Enqueue((live.ApplyAsync([.. changes]), [.. at]));
            sets++;
            changes.Clear();
            at.Clear();
            while (acknowledged.TryPeek(out (Task<ChangeResult> Made, long[] At) first)
                && (first.Made.IsCompleted || acknowledged.Count > 4))
            {
                await Note(acknowledged.Dequeue()).ConfigureAwait(false);
            }
        }

        while (acknowledged.TryDequeue(out (Task<ChangeResult> Made, long[] At) left))
        {
            await Note(left).ConfigureAwait(false);
        }

        return (waits, sets);

        async Task Note((Task<ChangeResult> Made, long[] At) set)
        {
            await set.Made.ConfigureAwait(false);
            long now = Stopwatch.GetTimestamp();
            waits.AddRange(set.At.Select(one => Stopwatch.GetElapsedTime(one, now).TotalMilliseconds));
        }
    }
}
