using System.Globalization;
using Linr.Index.Log;

namespace Linr.Engine.Store;

/// <summary>
/// Makes the changes of one store, the feed, in another one, which has another model of the same items: in order, each
/// once, also across crashes of either. It is woken by the feed's changes, reads its log, and keeps how far it is as
/// the position of a source in the unit of the changes. docs/store.md. Nobody else changes the store that follows.
/// Safe for concurrent callers.
/// </summary>
public sealed class StoreFollower : IAsyncDisposable
{
    private readonly IndexStore _feed;
    private readonly IndexStore _follower;
    private readonly string _feedName;
    private readonly StoreLogHold _hold;
    private readonly PositionWaits _waits;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private Exception? _problem;
    private bool _isDisposed;

    private StoreFollower(IndexStore feed, IndexStore follower, string feedName, StoreLogHold hold)
    {
        (_feed, _follower, _feedName, _hold) = (feed, follower, feedName, hold);
        _waits = new PositionWaits(hold.Offset);
        _running = Task.Run(RunAsync);
    }

    /// <summary>All changes of the feed's log before this offset are made and on the disk.</summary>
    public long Position => _waits.Position;

    /// <summary>Records of the feed's log that are not made yet.</summary>
    public long Lag => Math.Max(_feed.VisibleOffset - Position, 0);

    /// <summary>Why it has stopped; null where it has not. The feed goes on.</summary>
    public Exception? Problem => Volatile.Read(ref _problem);

    /// <summary>Begins to follow, from the position that the store has kept, or from another one.</summary>
    /// <param name="feed">The store whose changes are made; it outlives the follower.</param>
    /// <param name="follower">The store in which they are made; it outlives the follower.</param>
    /// <param name="feedName">The name of the feed as a source of changes.</param>
    /// <param name="at">
    /// The offset of the feed's log from which on, where the two have the same items: after a
    /// <see cref="DrainAsync"/> the one that was followed may follow the other from that one's
    /// <see cref="IndexStore.Offset"/> on. It is on the disk when this ends. Null: the kept position.
    /// </param>
    /// <exception cref="StoreException">
    /// There is no kept position, or the feed's log does not have it: the store has to be built anew
    /// (<see cref="IndexStore.CreateFollower"/>).
    /// </exception>
    /// <exception cref="ArgumentException">The stores are one.</exception>
    /// <exception cref="LogWriteException">The disk failed.</exception>
    public static async Task<StoreFollower> StartAsync(
        IndexStore feed, IndexStore follower, string feedName, long? at = null)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(follower);
        ArgumentException.ThrowIfNullOrEmpty(feedName);
        if (feed == follower)
        {
            throw new ArgumentException("Expected two stores; found one that is to follow itself.", nameof(follower));
        }

        StoreLogHold hold = feed.HoldLog(at ?? PositionOf(follower, feedName));
        try
        {
            follower.ReleaseFeed();
            if (at is { } offset)
            {
                await follower.FollowAsync([], [IndexStore.PositionAt(feedName, offset)]).ConfigureAwait(false);
            }

            return new StoreFollower(feed, follower, feedName, hold);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Ends when all changes before an offset of the feed's log are made and on the disk.
    /// </summary>
    /// <exception cref="StoreException">It has stopped before that: <see cref="Problem"/>.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed before that.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task WaitForAsync(long offset, CancellationToken cancellation = default)
        => _waits.WaitAsync(offset, cancellation);

    /// <summary>
    /// Ends when it has made all that the feed has: the two have the same items then, as long as nobody changes the
    /// feed, which is the caller's matter.
    /// </summary>
    /// <inheritdoc cref="WaitForAsync" path="/exception"/>
    public Task DrainAsync(CancellationToken cancellation = default)
        => WaitForAsync(Math.Max(_feed.VisibleOffset, _feed.Offset), cancellation);

    /// <summary>Stops once the set that is on its way is made; both stores stay open.</summary>
    public async ValueTask DisposeAsync()
    {
        bool isFirst = !Interlocked.Exchange(ref _isDisposed, true);
        if (isFirst)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await _running.ConfigureAwait(false);
        if (isFirst)
        {
            _stop.Dispose();
        }
    }

    private static long PositionOf(IndexStore follower, string feedName)
    {
        string? kept = follower.PositionOf(feedName)?.Position;
        return long.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            ? offset
            : throw new StoreException(
                $"Expected a store with the position of feed \"{feedName}\", an offset of its log; found "
                + $"{(kept is null ? "none" : $"\"{kept}\"")}: what follows it has to be built anew.");
    }

    private async Task RunAsync()
    {
        Exception end = new ObjectDisposedException(nameof(StoreFollower));
        try
        {
            using var place = new LogPlace(_hold.Offset);
            while (true)
            {
                await FollowAsync(place).ConfigureAwait(false);
                await _hold.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            // Of whatever kind: it is stopped, its state says so, and those who wait hear of it.
            end = error as StoreException ?? new StoreException(
                $"Feed \"{_feedName}\": the changes from record {Position} on cannot be made: {error.Message}", error);
            Volatile.Write(ref _problem, end);
        }
        finally
        {
            _hold.Dispose();
            _waits.End(end);
        }
    }

    private async Task FollowAsync(LogPlace place)
    {
        var set = new FollowedSet(_feedName);
        foreach (LogRecord record in _feed.Log.ReadOn(place))
        {
            set.Add(record);
            if (set.IsFull)
            {
                await MakeAsync(set).ConfigureAwait(false);
            }
        }

        if (set.Count > 0)
        {
            await MakeAsync(set).ConfigureAwait(false);
        }
    }

    private async Task MakeAsync(FollowedSet set)
    {
        _stop.Token.ThrowIfCancellationRequested();
        await _follower.FollowAsync(set.Changes, set.Positions).ConfigureAwait(false);
        _hold.MoveTo(set.EndOffset);
        _waits.MoveTo(set.EndOffset);
        set.Clear();
    }
}
