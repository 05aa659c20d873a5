using System.Threading.Tasks.Sources;

namespace Linr.Engine.Batching;

/// <summary>
/// A request's place, from the call to the answer; used again for other requests. All but the answer itself belongs to
/// the scheduler and its lock.
/// </summary>
internal abstract class BatchSlot
{
    /// <summary>The scheduler that made it.</summary>
    public BatchScheduler Scheduler { get; set; } = null!;

    public BatchSlot? Next { get; set; }

    public BatchSlot? Previous { get; set; }

    public SlotState State { get; set; }

    /// <summary>When it came, in the scheduler's time.</summary>
    public long ArrivedAt { get; set; }

    /// <summary>When it expires; <see cref="long.MaxValue"/>: never.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>The lane whose batch it is in, also after it was cancelled there; else null.</summary>
    public BatchLane? Lane { get; set; }

    /// <summary>Whether the caller has its answer, so that the slot is free once no lane holds it.</summary>
    public bool IsTaken { get; set; }

    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>Whether it can be answered by the same scan as another request.</summary>
    public abstract bool SharesScan(BatchSlot other);

    /// <summary>Gives the caller an error; only for whoever decided it.</summary>
    public abstract void Fail(Exception failure);

    /// <summary>Lets go of what the request brought.</summary>
    public abstract void Clear();
}

/// <inheritdoc/>
/// <typeparam name="TAnswer">What the caller waits for.</typeparam>
internal abstract class BatchSlot<TAnswer> : BatchSlot, IValueTaskSource<TAnswer>
{
    // A caller's continuation must not run on a lane's thread.
    private ManualResetValueTaskSourceCore<TAnswer> _source = new() { RunContinuationsAsynchronously = true };

    /// <summary>What the caller waits for; to be awaited once.</summary>
    public ValueTask<TAnswer> Answer => new(this, _source.Version);

    /// <summary>Gives the caller the answer; only for whoever decided it.</summary>
    public void SetAnswer(TAnswer answer) => _source.SetResult(answer);

    public override void Fail(Exception failure) => _source.SetException(failure);

    TAnswer IValueTaskSource<TAnswer>.GetResult(short token)
    {
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The answer is not there yet: await it.");
        }

        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            // Waits for a cancellation that is just being told, which would else reach the slot's next request.
            Registration.Dispose();
            _source.Reset();
            Scheduler.Take(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<TAnswer>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<TAnswer>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _source.OnCompleted(continuation, state, token, flags);
}
