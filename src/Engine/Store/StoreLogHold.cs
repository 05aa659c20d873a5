using System.Threading.Channels;

namespace Linr.Engine.Store;

/// <summary>
/// Keeps the log of a store from an offset on, for somebody who reads it: retention drops nothing behind the offset
/// while this is not disposed.
/// </summary>
public sealed class StoreLogHold : IDisposable
{
    private readonly IndexStore _store;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private long _offset;

    internal StoreLogHold(IndexStore store, long offset) => (_store, _offset) = (store, offset);

    /// <summary>The first record that stays.</summary>
    public long Offset => Interlocked.Read(ref _offset);

    /// <summary>Lets go of the records before an offset.</summary>
    /// <param name="offset">The first record that stays, no earlier than before.</param>
    /// <exception cref="ArgumentOutOfRangeException">It was let go of before.</exception>
    public void MoveTo(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, Offset);
        Interlocked.Exchange(ref _offset, offset);
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Release(this);

    /// <summary>The log has more records, or may have.</summary>
    internal void Wake() => _wakes.Writer.TryWrite(true);

    /// <summary>Waits until it was woken since the last time.</summary>
    internal async ValueTask WaitAsync(CancellationToken cancellation)
        => await _wakes.Reader.ReadAsync(cancellation).ConfigureAwait(false);
}
