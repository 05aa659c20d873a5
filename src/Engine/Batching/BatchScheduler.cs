namespace Linr.Engine.Batching;

/// <summary>Answers each undecided request of a batch by <see cref="BatchScheduler.TryDecide"/>.</summary>
/// <param name="batch">Requests that share a scan, one or more.</param>
/// <param name="lane">Which of the concurrent batches it is, from 0.</param>
/// <param name="cancellation">Cancelled when nobody waits for any of them any more.</param>
internal delegate void BatchWork(ReadOnlySpan<BatchSlot> batch, int lane, CancellationToken cancellation);

/// <summary>
/// Puts waiting requests together into batches and runs them, each lane on a thread of its own. An idle engine starts
/// at once; what comes meanwhile is the next batch.
/// </summary>
internal sealed partial class BatchScheduler : IDisposable
{
    private readonly object _gate = new();
    private readonly BatchOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<BatchSlot> _makeSlot;
    private readonly BatchWork _work;
    private readonly BatchLane[] _lanes;

    // The batch of one that a caller runs; nothing else runs when it begins.
    private readonly BatchLane _callers;
    private readonly Stack<BatchSlot> _free;
    private readonly SlotQueue _queue = new();
    private BatchCounters _counters;
    private int _runningCount;
    private bool _isClosed;

    /// <param name="options">How to put batches together.</param>
    /// <param name="time">Tells arrivals, windows and timeouts.</param>
    /// <param name="makeSlot">Makes a place for a request.</param>
    /// <param name="work">Answers a batch.</param>
    public BatchScheduler(BatchOptions options, TimeProvider time, Func<BatchSlot> makeSlot, BatchWork work)
    {
        _options = options.Check();
        _time = time;
        _makeSlot = makeSlot;
        _work = work;

        // As many as can wait and run: from then on requests are served without allocating.
        int slotCount = options.QueueDepthMax + (options.ConcurrentBatches * options.QueriesMax);
        _free = new Stack<BatchSlot>(slotCount);
        while (_free.Count < slotCount)
        {
            _free.Push(MakeSlot());
        }

        _lanes = [.. Enumerable.Range(0, options.ConcurrentBatches).Select(n => new BatchLane(n, options.QueriesMax))];
        _callers = new BatchLane(options.ConcurrentBatches, queriesMax: 1);
        foreach (BatchLane lane in _lanes)
        {
            lane.Thread = new Thread(() => Run(lane)) { IsBackground = true, Name = $"linr batch {lane.Number + 1}" };
            lane.Thread.Start();
        }
    }

    /// <summary>What it has done until now.</summary>
    public BatchCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return _counters with { Waiting = _queue.Count };
            }
        }
    }

    /// <summary>A place for a request, to be filled and enqueued.</summary>
    public BatchSlot Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out BatchSlot? slot))
            {
                return slot;
            }
        }

        return MakeSlot();
    }

    /// <summary>Lets a request wait for its batch; from now on its slot is the scheduler's.</summary>
    /// <param name="slot">Its place.</param>
    /// <param name="timeout">How long it may wait; null: what the options say.</param>
    /// <param name="cancellation">Takes it out of the queue, or out of its batch.</param>
    /// <exception cref="QueueFullException">As many wait already as may.</exception>
    /// <exception cref="ObjectDisposedException">No more requests are taken.</exception>
    public void Enqueue(BatchSlot slot, TimeSpan? timeout, CancellationToken cancellation)
    {
        TimeSpan? wait = timeout ?? _options.Timeout;
        lock (_gate)
        {
            if (_isClosed || _queue.Count == _options.QueueDepthMax)
            {
                Free(slot);
                ObjectDisposedException.ThrowIf(_isClosed, this);
                _counters = _counters with { Refused = _counters.Refused + 1 };
                throw new QueueFullException(_options.QueueDepthMax);
            }

            slot.State = SlotState.Waiting;
            slot.ArrivedAt = _time.GetTimestamp();
            slot.ExpiresAt = wait is { } some ? slot.ArrivedAt + Ticks(some) : long.MaxValue;
            _queue.Add(slot);
            Monitor.Pulse(_gate);
        }

        Register(slot, cancellation);
    }

    /// <summary>
    /// Runs a request on the calling thread where nothing waits or runs, before this returns; else it waits for its
    /// batch like any other.
    /// </summary>
    /// <inheritdoc cref="Enqueue"/>
    public void RunOrEnqueue(BatchSlot slot, TimeSpan? timeout, CancellationToken cancellation)
    {
        bool runs;
        lock (_gate)
        {
            runs = !_isClosed && _runningCount == 0 && _queue.Count == 0;
            if (runs)
            {
                slot.ArrivedAt = _time.GetTimestamp();
                slot.ExpiresAt = long.MaxValue;
                _callers.Add(slot);
                Start(_callers);
            }
        }

        if (!runs)
        {
            Enqueue(slot, timeout, cancellation);
            return;
        }

        Register(slot, cancellation);
        RunBatch(_callers);
        lock (_gate)
        {
            // A lane takes what came meanwhile; or whoever disposes waits for this.
            if (_queue.Count > 0 || _isClosed)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>
    /// Whether the caller of this is to give a request of a running batch its answer; else it was cancelled.
    /// </summary>
    public bool TryDecide(BatchSlot slot)
    {
        lock (_gate)
        {
            if (slot.State != SlotState.Running)
            {
                return false;
            }

            slot.State = SlotState.Decided;
            slot.Lane!.Decide();
            return true;
        }
    }

    /// <summary>The caller has its answer.</summary>
    public void Take(BatchSlot slot)
    {
        lock (_gate)
        {
            slot.IsTaken = true;
            if (slot.Lane is null)
            {
                Free(slot);
            }
        }
    }

    /// <summary>
    /// Takes no more requests, gives those that wait an <see cref="ObjectDisposedException"/>, and waits for the
    /// batches that run.
    /// </summary>
    public void Dispose()
    {
        var waiting = new List<BatchSlot>();
        lock (_gate)
        {
            _isClosed = true;
            while (_queue.First is { } slot)
            {
                _queue.Remove(slot);
                slot.State = SlotState.Decided;
                waiting.Add(slot);
            }

            Monitor.PulseAll(_gate);
        }

        waiting.ForEach(slot => slot.Fail(new ObjectDisposedException(nameof(BatchScheduler))));
        foreach (BatchLane lane in _lanes)
        {
            lane.Thread!.Join();
            lane.Dispose();
        }

        lock (_gate)
        {
            while (_runningCount > 0)
            {
                Monitor.Wait(_gate);
            }
        }

        _callers.Dispose();
    }

    // Outside of the lock, for a token that is cancelled already calls back at once.
    private static void Register(BatchSlot slot, CancellationToken cancellation)
        => slot.Registration = cancellation.UnsafeRegister(
            static (state, token) => ((BatchSlot)state!).Scheduler.Cancel((BatchSlot)state, token), slot);

    private void Cancel(BatchSlot slot, CancellationToken token)
    {
        CancellationTokenSource? abandoned = null;
        lock (_gate)
        {
            switch (slot.State)
            {
                case SlotState.Waiting:
                    _queue.Remove(slot);
                    break;
                case SlotState.Running:
                    abandoned = slot.Lane!.Abandon();
                    break;
                default:
                    return;
            }

            slot.State = SlotState.Decided;
            _counters = _counters with { Cancelled = _counters.Cancelled + 1 };
        }

        abandoned?.Cancel();
        slot.Fail(new OperationCanceledException("The search was cancelled.", token));
    }

    private void Free(BatchSlot slot)
    {
        slot.Clear();
        slot.State = SlotState.Idle;
        slot.IsTaken = false;
        slot.Registration = default;
        _free.Push(slot);
    }

    private long Ticks(TimeSpan time)
    {
        double ticks = time.TotalSeconds * _time.TimestampFrequency;
        return ticks < long.MaxValue / 2 ? (long)ticks : long.MaxValue / 2;
    }

    private BatchSlot MakeSlot()
    {
        BatchSlot slot = _makeSlot();
        slot.Scheduler = this;
        return slot;
    }
}
