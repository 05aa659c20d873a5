using System.Diagnostics;

namespace Linr.Engine.Batching;

/// <content>The lanes: when a batch starts, what is in it, and how it ends.</content>
internal sealed partial class BatchScheduler
{
    private void Run(BatchLane lane)
    {
        while (TryFill(lane))
        {
            FailExpired(lane);
            if (lane.Batch.IsEmpty)
            {
                continue;
            }

            RunBatch(lane);
        }
    }

    private void RunBatch(BatchLane lane)
    {
        Exception? failure = TryWork(lane.Batch, lane);
        if (failure is not null && lane.Batch.Length > 1)
        {
            // Whichever request it was that failed the batch is to fail alone.
            for (int i = 0; i < lane.Batch.Length; i++)
            {
                ReadOnlySpan<BatchSlot> alone = lane.Batch.Slice(i, 1);
                if (IsUndecided(alone[0]) && TryWork(alone, lane) is { } own && TryDecide(alone[0]))
                {
                    alone[0].Fail(own);
                }
            }
        }

        Release(lane, failure);
    }

    private Exception? TryWork(ReadOnlySpan<BatchSlot> batch, BatchLane lane)
    {
        try
        {
            _work(batch, lane.Number, lane.Cancellation);
            return null;
        }
        catch (Exception failure)
        {
            // The end of a thread's loop: those who wait for the answers get it.
            return failure;
        }
    }

    /// <summary>Waits until it is time for a batch, and takes it from the queue; false: it is time to end.</summary>
    private bool TryFill(BatchLane lane)
    {
        SpinWait spin = default;
        while (true)
        {
            lock (_gate)
            {
                while ((_queue.Count == 0 || _runningCount == _lanes.Length) && !_isClosed)
                {
                    Monitor.Wait(_gate);
                }

                if (_isClosed)
                {
                    return false;
                }

                if (IsTimeToStart())
                {
                    Fill(lane);
                    return true;
                }
            }

            // A timer's millisecond is longer than the whole window.
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private bool IsTimeToStart()
        => _runningCount == 0
        || _queue.Count >= _options.QueriesMax
        || _time.GetElapsedTime(_queue.First!.ArrivedAt) >= _options.Window;

    private void Fill(BatchLane lane)
    {
        long now = _time.GetTimestamp();
        BatchSlot? next;
        for (BatchSlot? slot = _queue.First; slot is not null && !lane.IsFull; slot = next)
        {
            next = slot.Next;
            if (slot.ExpiresAt <= now)
            {
                _queue.Remove(slot);
                slot.State = SlotState.Decided;
                lane.Expired.Add(slot);
            }
            else if (lane.Batch.IsEmpty || slot.SharesScan(lane.Batch[0]))
            {
                _queue.Remove(slot);
                lane.Add(slot);
            }
        }

        _counters = _counters with { Expired = _counters.Expired + lane.Expired.Count };
        if (!lane.Batch.IsEmpty)
        {
            Start(lane);
        }
    }

    private void Start(BatchLane lane)
    {
        _runningCount++;
        _counters = _counters with
        {
            Batches = _counters.Batches + 1, Scanned = _counters.Scanned + lane.Batch.Length,
        };
    }

    private void FailExpired(BatchLane lane)
    {
        foreach (BatchSlot slot in lane.Expired)
        {
            TimeSpan waited = _time.GetElapsedTime(slot.ArrivedAt);
            slot.Fail(new TimeoutException(FormattableString.Invariant(
                $"The request expired after {waited.TotalMilliseconds:0.###} ms in the queue; it was not scanned.")));
        }

        lane.Expired.Clear();
    }

    private void Release(BatchLane lane, Exception? failure)
    {
        foreach (BatchSlot slot in lane.Batch)
        {
            if (TryDecide(slot))
            {
                slot.Fail(failure ?? new UnreachableException("A batch ended without this answer."));
            }
        }

        lock (_gate)
        {
            foreach (BatchSlot slot in lane.Batch)
            {
                slot.Lane = null;
                if (slot.IsTaken)
                {
                    Free(slot);
                }
            }

            lane.Clear();
            _runningCount--;
        }
    }

    private bool IsUndecided(BatchSlot slot)
    {
        lock (_gate)
        {
            return slot.State == SlotState.Running;
        }
    }
}
