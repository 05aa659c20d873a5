using System.Diagnostics;
using Linr.Engine;

namespace Linr.Bench.Device;

/// <summary>Replaces random items at a fixed rate, by sets, on a thread of its own; sets that are late are not left out.</summary>
internal sealed class UpdateLoop : IDisposable
{
    private const int SetsMade = 512;

    private readonly Retriever _live;
    private readonly double _setsPerSecond;
    private readonly ItemChange[][] _sets = [];
    private readonly List<double> _waitsMs = [];
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _over = new();
    private long _made;
    private TimeSpan _took;

    /// <summary>Makes the changes, which are used in turn.</summary>
    public UpdateLoop(Retriever live, int perSecond, int setSize, long rows, int dim)
    {
        _live = live;
        _setsPerSecond = (double)perSecond / setSize;
        var random = new Random(perSecond + setSize);
        _sets = perSecond == 0 ? [] : [.. Enumerable.Range(0, SetsMade).Select(_ => RandomItems.Set(random, setSize, rows, dim))];
        _thread = new Thread(Run) { IsBackground = true, Name = "updates" };
    }

    public void Start() => _thread.Start();

    /// <summary>Ends the changes.</summary>
    /// <returns>How many were made a second.</returns>
    public double Stop(List<double> waitsMs)
    {
        _over.Set();
        _thread.Join();
        waitsMs.AddRange(_waitsMs);
        return _made / _took.TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose() => _over.Dispose();

    private void Run()
    {
        long start = Stopwatch.GetTimestamp();
        Task last = Task.CompletedTask;
        for (long set = 0; !_over.IsSet; set++)
        {
            if (_sets.Length == 0)
            {
                _over.Wait();
                continue;
            }

            double due = set / _setsPerSecond;
            for (double wait; (wait = due - Stopwatch.GetElapsedTime(start).TotalSeconds) > 0 && !_over.IsSet;)
            {
                if (wait > 0.002)
                {
                    _over.Wait(TimeSpan.FromMilliseconds(1));
                }
                else
                {
                    Thread.SpinWait(50);
                }
            }

            ItemChange[] changes = _sets[set % _sets.Length];
            long began = Stopwatch.GetTimestamp();

            // They can be seen when it returns; the disk is not waited for.
            last = _live.ApplyAsync(changes);
            _waitsMs.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            _made += changes.Length;
        }

        last.GetAwaiter().GetResult();
        _took = Stopwatch.GetElapsedTime(start);
    }
}
