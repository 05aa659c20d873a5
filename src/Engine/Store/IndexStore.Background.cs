using System.Threading.Channels;
using Linr.Index.Live;

namespace Linr.Engine.Store;

/// <content>Snapshots in the background.</content>
public sealed partial class IndexStore
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private Task _background = Task.CompletedTask;
    private ITimer? _timer;
    private Exception? _problem;
    private long _changes;
    private long _snapshotOffset;
    private long _snapshotLogBytes;
    private long _snapshotTime;

    /// <summary>How its upkeep is.</summary>
    public StoreStatus Status => new(
        Interlocked.Read(ref _snapshotOffset),
        Volatile.Read(ref _problem) ?? Use(retriever => retriever.Model!.Verification.Exception?.InnerException));

    private void StartBackground()
    {
        NoteSnapshot(Opening.Snapshot.Offset);
        if (_options is { SnapshotEveryChanges: null, SnapshotEveryLogBytes: null, SnapshotEvery: null })
        {
            return;
        }

        if (_options is not { SnapshotEveryLogBytes: null, SnapshotEvery: null })
        {
            _timer = _options.Time.CreateTimer(_ => Wake(), state: null, s_lookEvery, s_lookEvery);
        }

        _background = Task.Run(RunAsync);
    }

    private void StopBackground()
    {
        _stop.Cancel();
        _timer?.Dispose();
        ((IAsyncResult)_background).AsyncWaitHandle.WaitOne();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (bool _ in _wakes.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (IsDue())
                {
                    Maintain();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private void Maintain()
    {
        try
        {
            lock (_maintaining)
            {
                SnapshotName name = WriteSnapshot(_stop.Token);
                LiveTable table = _served.Retriever.Live.Table;
                long items;
                using (TableView view = table.Read())
                {
                    items = view.Count;
                }

                if (table.UsedRows - items > _options.CompactAt * items)
                {
                    GoOnWith(name, isPush: false);
                }

                Retain();
            }

            Volatile.Write(ref _problem, null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Of whatever kind: the store serves and logs on, its status says so, and the next one is tried when it
            // is due.
            Volatile.Write(ref _problem, error);
            NoteSnapshot(Interlocked.Read(ref _snapshotOffset));
        }
    }

    private bool IsDue()
    {
        if (_log.EndOffset == Interlocked.Read(ref _snapshotOffset))
        {
            return false;
        }

        return Interlocked.Read(ref _changes) >= (_options.SnapshotEveryChanges ?? long.MaxValue)
            || _log.Bytes - Interlocked.Read(ref _snapshotLogBytes) >= (_options.SnapshotEveryLogBytes ?? long.MaxValue)
            || _options.Time.GetElapsedTime(Interlocked.Read(ref _snapshotTime))
                >= (_options.SnapshotEvery ?? TimeSpan.MaxValue);
    }

    private void NoteChanges(int count)
    {
        if (Interlocked.Add(ref _changes, count) >= _options.SnapshotEveryChanges)
        {
            Wake();
        }
    }

    private void NoteSnapshot(long offset)
    {
        Interlocked.Exchange(ref _snapshotOffset, offset);
        Interlocked.Exchange(ref _snapshotLogBytes, _log.Bytes);
        Interlocked.Exchange(ref _snapshotTime, _options.Time.GetTimestamp());
        Interlocked.Exchange(ref _changes, 0);
    }

    private void Wake() => _wakes.Writer.TryWrite(true);
}
