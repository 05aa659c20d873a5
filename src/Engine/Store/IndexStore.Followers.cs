using System.Buffers;
using System.Globalization;
using Linr.Engine.Live;
using Linr.Index.Live;
using Linr.Index.Log;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Engine.Store;

/// <content>Stores that follow one another: another model over the same items.</content>
public sealed partial class IndexStore
{
    private const string UnfinishedExtension = ".building";

    private readonly Lock _holding = new();
    private volatile StoreLogHold[] _holds = [];

    // Of the store that this one was made to follow, until somebody does.
    private StoreLogHold? _feedHold;

    /// <summary>
    /// Makes a store of another model with the items of a store, the feed, and opens it: all are embedded anew from
    /// their kept features, with their versions, those of items that are gone, and the positions of sources. How far
    /// the feed's log was is kept as the position of a source; a <see cref="StoreFollower"/> goes on from there, and
    /// until one does the feed keeps its log. The feed answers and changes meanwhile. After an error nothing is left on
    /// the disk.
    /// </summary>
    /// <param name="folder">
    /// The folder of the new store; it is not there, or empty. It has its name once it is whole.
    /// </param>
    /// <param name="model">The model file, of which the weights and the schema are used.</param>
    /// <param name="feed">The store whose items it gets.</param>
    /// <param name="feedName">The name of the feed as a source of changes.</param>
    /// <param name="options">How it is kept and served.</param>
    /// <param name="progress">Told how far it is, on this thread.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <exception cref="ModelFormatException">The file is no model, or is damaged.</exception>
    /// <exception cref="ArgumentException">
    /// An option or the name is wrong, or ids are of another kind than the feed's.
    /// </exception>
    /// <exception cref="ItemException">Items of the feed do not fit the model.</exception>
    /// <exception cref="StoreException">Something is in the folder.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IndexStore CreateFollower(
        string folder,
        string model,
        IndexStore feed,
        string feedName,
        StoreOptions? options = null,
        IProgress<StoreProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(feed);
        StoreOptions checkedOptions = Check(options);
        PositionCodec.Write(PositionAt(feedName, 0), new ArrayBufferWriter<byte>());
        StoreFiles.ThrowIfTaken(folder);
        string unfinished = Path.TrimEndingDirectorySeparator(folder) + UnfinishedExtension;
        DeleteFolder(unfinished);
        StoreLogHold hold = feed.HoldAllLog();
        bool isNamed = false;
        try
        {
            hold.MoveTo(WriteFollower(
                StoreFiles.Create(unfinished), model, feed, feedName, checkedOptions, progress, cancellation));
            Name(unfinished, folder);
            isNamed = true;
            return new IndexStore(StoreFiles.Open(folder), checkedOptions, progress) { _feedHold = hold };
        }
        catch
        {
            hold.Dispose();
            DeleteFolder(isNamed ? folder : unfinished);
            throw;
        }
    }

    /// <summary>Keeps the log from an offset on, until what is returned is disposed.</summary>
    /// <param name="offset">The first record that stays.</param>
    /// <exception cref="StoreException">The log does not have it.</exception>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public StoreLogHold HoldLog(long offset)
    {
        lock (_holding)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            (long first, long end) = (_log.FirstOffset, _log.EndOffset);
            return offset < first || offset > end
                ? throw new StoreException(
                    $"{_files.Path}: expected a log with offset {offset}, where it is to be followed from; found one "
                    + $"of {first} to {end}: "
                    + (offset < first ? "what follows it has to be built anew." : "it is another one."))
                : Hold(offset);
        }
    }

    /// <summary>The log, for those who follow it.</summary>
    internal ChangeLog Log => _log;

    /// <summary>
    /// Makes changes of another store as this one's model takes them, and says how far sources were read; ends when all
    /// is on the disk.
    /// </summary>
    internal Task<ChangeResult> FollowAsync(
        IReadOnlyList<ItemChange> changes, IReadOnlyList<SourcePosition> positions)
        => ApplyChangesAsync(changes, positions, isFit: false);

    /// <summary>Somebody follows what it was made to follow, or something else.</summary>
    internal void ReleaseFeed() => Interlocked.Exchange(ref _feedHold, null)?.Dispose();

    internal void Release(StoreLogHold hold)
    {
        lock (_holding)
        {
            _holds = [.. _holds.Where(one => one != hold)];
        }
    }

    /// <summary>The position of a store as a source of changes.</summary>
    internal static SourcePosition PositionAt(string feedName, long offset)
        => new(feedName, offset.ToString(CultureInfo.InvariantCulture));

    private StoreLogHold HoldAllLog()
    {
        lock (_holding)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return Hold(_log.FirstOffset);
        }
    }

    private StoreLogHold Hold(long offset)
    {
        var hold = new StoreLogHold(this, offset);
        _holds = [.. _holds, hold];
        return hold;
    }

    private void DropLogBefore(long offset)
    {
        lock (_holding)
        {
            _log.DropBefore(_holds.Select(hold => hold.Offset).Append(offset).Min());
        }
    }

    private void WakeFollowers() => Array.ForEach(_holds, hold => hold.Wake());

    private static long WriteFollower(
        StoreFiles files,
        string model,
        IndexStore feed,
        string feedName,
        StoreOptions options,
        IProgress<StoreProgress>? progress,
        CancellationToken cancellation)
    {
        using StoreLease lease = feed.Lease();
        using Retriever maker = OpenMaker(model, options, lease.Retriever.Schema.IdKind);
        (TableView view, SavedState state) = lease.Retriever.Live.Take();
        using (view)
        {
            long total = view.Count;
            progress?.Report(new StoreProgress(StoreStage.Items, 0, total));
            new PushBuild(maker, view, state, new PushOptions { Items = PushItems.OfStore }).Run(
                done => progress?.Report(new StoreProgress(StoreStage.Items, done, total)), cancellation);
            progress?.Report(new StoreProgress(StoreStage.Items, total, total));
        }

        long offset = state.Offset!.Value;
        (TableView items, SavedState made) = maker.Live.Take();
        using (items)
        {
            SavedState saved = made with
            {
                Offset = 0,
                Positions =
                [
                    .. state.Positions.Where(one => one.Source != feedName), PositionAt(feedName, offset),
                ],
                Push = default,
            };
            maker.Write(items, saved, contents => Begin(files, contents, options), cancellation);
        }

        return offset;
    }

    // A store has its name when all of it is on the disk: a crash leaves none, or a whole one.
    private static void Name(string unfinished, string folder)
    {
        FolderSync.Flush(unfinished);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder);
        }

        Directory.Move(unfinished, folder);
        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(folder))!);
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
