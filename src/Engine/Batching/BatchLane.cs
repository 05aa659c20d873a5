namespace Linr.Engine.Batching;

/// <summary>One of the batches that may run at once, and the thread that runs it.</summary>
/// <param name="number">Its number, from 0.</param>
/// <param name="queriesMax">Requests of one batch.</param>
internal sealed class BatchLane(int number, int queriesMax) : IDisposable
{
    private readonly BatchSlot[] _slots = new BatchSlot[queriesMax];
    private CancellationTokenSource _cancellation = new();
    private int _count;
    private int _undecidedCount;

    /// <summary>Its number, from 0.</summary>
    public int Number { get; } = number;

    /// <summary>Requests that expired before they could be part of the batch.</summary>
    public List<BatchSlot> Expired { get; } = new(queriesMax);

    public Thread? Thread { get; set; }

    /// <summary>The batch.</summary>
    public ReadOnlySpan<BatchSlot> Batch => _slots.AsSpan(0, _count);

    public bool IsFull => _count == _slots.Length;

    /// <summary>Cancelled when every request of the batch was.</summary>
    public CancellationToken Cancellation { get; private set; }

    public void Add(BatchSlot slot)
    {
        Cancellation = _cancellation.Token;
        slot.State = SlotState.Running;
        slot.Lane = this;
        _slots[_count++] = slot;
        _undecidedCount++;
    }

    /// <summary>Counts a request that has its answer.</summary>
    public void Decide() => _undecidedCount--;

    /// <summary>
    /// Counts a request that was cancelled; gives what to cancel if it was the last that anybody waited for.
    /// </summary>
    public CancellationTokenSource? Abandon()
    {
        if (--_undecidedCount > 0)
        {
            return null;
        }

        CancellationTokenSource abandoned = _cancellation;
        _cancellation = new CancellationTokenSource();
        return abandoned;
    }

    public void Clear()
    {
        Array.Clear(_slots, 0, _count);
        _count = 0;
        _undecidedCount = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();
}
