namespace Linr.Server.Models;

/// <summary>Lets writers pass at the same time, and holds them back while the model changes its live version.</summary>
internal sealed class WriteGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _opened;
    private TaskCompletionSource? _emptied;
    private int _writers;

    /// <summary>Waits until the gate is open, and counts a writer in; it leaves by <see cref="Leave"/>.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task opened;
            lock (_lock)
            {
                if (_opened is null)
                {
                    _writers++;
                    return;
                }

                opened = _opened.Task;
            }

            await opened.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A writer is done.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_writers == 0)
            {
                _emptied?.TrySetResult();
            }
        }
    }

    /// <summary>Closes the gate and waits for those inside; <see cref="Open"/> follows, by the same caller.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        Task emptied;
        lock (_lock)
        {
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_writers == 0)
            {
                _emptied.SetResult();
            }

            emptied = _emptied.Task;
        }

        try
        {
            await emptied.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Open();
            throw;
        }
    }

    /// <summary>Opens the gate.</summary>
    public void Open()
    {
        TaskCompletionSource? opened;
        lock (_lock)
        {
            (opened, _opened, _emptied) = (_opened, null, null);
        }

        opened?.SetResult();
    }
}
