namespace Linr.Engine.Store;

/// <summary>A position that rises, those who wait for it to reach a place, and the end of its rising.</summary>
/// <param name="position">Where it begins.</param>
internal sealed class PositionWaits(long position)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private long _position = position;
    private Exception? _end;

    /// <summary>Where it is.</summary>
    public long Position => Interlocked.Read(ref _position);

    /// <summary>Ends when the position is there; fails with what ends its rising before that.</summary>
    public Task WaitAsync(long offset, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_position >= offset)
            {
                return Task.CompletedTask;
            }

            if (_end is not null)
            {
                return Task.FromException(_end);
            }

            var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(wait, offset);
            return wait.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>It is there now.</summary>
    public void MoveTo(long offset)
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _position, offset);
            while (_waiting.TryPeek(out TaskCompletionSource? wait, out long wanted) && wanted <= offset)
            {
                _waiting.Dequeue();
                wait.SetResult();
            }
        }
    }

    /// <summary>It does not rise any more.</summary>
    public void End(Exception why)
    {
        lock (_gate)
        {
            _end = why;
            while (_waiting.TryDequeue(out TaskCompletionSource? wait, out _))
            {
                wait.SetException(why);
            }
        }
    }
}
