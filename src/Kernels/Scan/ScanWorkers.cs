using System.Runtime.ExceptionServices;

namespace Linr.Kernels.Scan;

/// <summary>
/// Threads that help the calling thread with a scan and then sleep; starting a scan allocates nothing. One scan at a
/// time has their help: one that finds them busy runs on its caller's thread alone, so that concurrent callers share
/// the machine instead of queueing.
/// </summary>
public sealed class ScanWorkers : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _starts;
    private readonly SemaphoreSlim _done = new(0);
    private Action<int>? _work;
    private ExceptionDispatchInfo? _failure;
    private int _busy;
    private volatile bool _closing;

    /// <summary>Starts <paramref name="threadCount"/> - 1 helper threads.</summary>
    /// <param name="threadCount">Threads of a scan, the caller's included; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threadCount"/> is below 1.</exception>
    public ScanWorkers(int threadCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ThreadCount = threadCount;
        _threads = new Thread[threadCount - 1];
        _starts = new SemaphoreSlim[threadCount - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int helper = i;
            _starts[i] = new SemaphoreSlim(0);
            _threads[i] = new Thread(() => Help(helper)) { IsBackground = true, Name = $"linr scan {helper + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads of a scan, the caller's included.</summary>
    public int ThreadCount { get; }

    /// <summary>Ends the helper threads. No scan may be running.</summary>
    public void Dispose()
    {
        _closing = true;
        for (int i = 0; i < _threads.Length; i++)
        {
            _starts[i].Release();
            _threads[i].Join();
            _starts[i].Dispose();
        }

        _done.Dispose();
    }

    /// <summary>
    /// Runs work(0) here, and work(1) and on on the helpers if no other scan has them; waits for all of them.
    /// </summary>
    /// <param name="workers">The helpers; null for none.</param>
    /// <param name="work">
    /// What to run, by number, 0 to <see cref="ThreadCount"/> - 1; what one of its calls throws is thrown here.
    /// </param>
    public static void Share(ScanWorkers? workers, Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (workers is null || !workers.TryTake())
        {
            work(0);
            return;
        }

        try
        {
            workers.Run(work);
        }
        finally
        {
            workers.Return();
        }
    }

    /// <summary>Takes the helpers; false when another scan has them.</summary>
    internal bool TryTake() => _threads.Length > 0 && Interlocked.Exchange(ref _busy, 1) == 0;

    /// <summary>Gives the helpers back.</summary>
    internal void Return() => Volatile.Write(ref _busy, 0);

    /// <summary>
    /// Runs work(0) here and work(1) and on on the helpers, and waits for all of them; for one caller at a time.
    /// </summary>
    /// <param name="work">What to run, by number; what one of its calls throws is thrown here.</param>
    public void Run(Action<int> work)
    {
        _work = work;
        _failure = null;
        foreach (SemaphoreSlim start in _starts)
        {
            start.Release();
        }

        try
        {
            work(0);
        }
        finally
        {
            for (int i = 0; i < _starts.Length; i++)
            {
                _done.Wait();
            }

            _work = null;
        }

        _failure?.Throw();
    }

    private void Help(int helper)
    {
        while (true)
        {
            _starts[helper].Wait();
            if (_closing)
            {
                return;
            }

            try
            {
                _work!(helper + 1);
            }
            catch (Exception failure)
            {
                // The caller's thread throws it: a background thread must not end the process.
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
            }

            _done.Release();
        }
    }
}
