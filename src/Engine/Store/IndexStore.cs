using Linr.Engine.Live;
using Linr.Index.Live;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine.Store;

/// <summary>
/// The index store: a folder with all items of a model, that pushed models and changes both land in, and the retriever
/// that serves them. Snapshots are model files, written while it serves; behind them it has the log of changes. What
/// was acknowledged is there when it is opened again. docs/store.md. Safe for concurrent callers; one process at a
/// time.
/// </summary>
public sealed partial class IndexStore : IDisposable
{
    private readonly StoreFiles _files;
    private readonly StoreOptions _options;
    private readonly SnapshotFolder _snapshots;
    private readonly ChangeLog _log;
    private readonly Lock _maintaining = new();
    private readonly List<ServedRetriever> _keptOpen = [];
    private ServedRetriever _served;
    private bool _isDisposed;

    private IndexStore(StoreFiles files, StoreOptions options, IProgress<StoreProgress>? progress)
    {
        _files = files;
        _options = options;
        _snapshots = new SnapshotFolder(files.Snapshots);
        progress?.Report(new StoreProgress(StoreStage.Log, 0, 1));
        _log = ChangeLog.Open(files.Log, options.Log);
        try
        {
            (Retriever retriever, Opening) = Bootstrap(progress);
            _served = new ServedRetriever(retriever);
            if (retriever.Live.LacksMark)
            {
                retriever.Live.WriteMark();
            }

            StartBackground();
        }
        catch
        {
            _served?.Leave();
            _log.Dispose();
            throw;
        }
    }

    /// <summary>What was found when it was opened.</summary>
    public StoreOpening Opening { get; }

    /// <summary>
    /// The retriever as it is now. A push or a compaction puts another in its place; this one goes on to answer,
    /// about the items as they were then, until the store is disposed. Who uses one for a time takes a <see
    /// cref="Lease"/>, so that it can be closed before that.
    /// </summary>
    public Retriever Retriever
    {
        get
        {
            lock (_keptOpen)
            {
                ServedRetriever served = Enter();
                if (_keptOpen.Contains(served))
                {
                    served.Leave();
                }
                else
                {
                    _keptOpen.Add(served);
                }

                return served.Retriever;
            }
        }
    }

    /// <summary>What every item looks like.</summary>
    public Schema Schema => Use(retriever => retriever.Schema);

    /// <summary>The version of the model.</summary>
    public string ModelVersion => Use(retriever => retriever.ModelVersion);

    /// <summary>How far each source was read, in the order of their names.</summary>
    public IReadOnlyList<SourcePosition> Positions => Use(retriever => retriever.Positions);

    /// <summary>All snapshots, the oldest first.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public IReadOnlyList<StoreSnapshot> Snapshots
    {
        get
        {
            lock (_maintaining)
            {
                return [.. _snapshots.List().Select(_snapshots.Describe)];
            }
        }
    }

    /// <summary>The offset of the next record of its log: what is before it is on the disk.</summary>
    public long Offset => _log.EndOffset;

    /// <summary>
    /// The offset of the log before which every change can be seen by a request that begins now, be it on the disk
    /// already or not. A push counts once its model answers. It never goes back, and reading it waits for nobody.
    /// </summary>
    public long VisibleOffset => Volatile.Read(ref _served).Retriever.Offset!.Value;

    /// <summary>Makes a store of a model file, which is copied, and opens it.</summary>
    /// <param name="folder">The folder of the store; it is not there, or empty.</param>
    /// <param name="model">The model file.</param>
    /// <param name="options">How it is kept and served.</param>
    /// <exception cref="StoreException">Something is in the folder.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="ModelFormatException">The file is no model, or is damaged.</exception>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public static IndexStore Create(string folder, string model, StoreOptions? options = null)
    {
        using LoadedModel loaded = ModelReader.Open(model, verifyRows: false);
        loaded.Verify();
        return Create(folder, loaded.Contents(), options);
    }

    /// <summary>Makes a store of a model in memory and opens it.</summary>
    /// <inheritdoc cref="Create(string, string, StoreOptions)"/>
    /// <param name="folder">The folder of the store; it is not there, or empty.</param>
    /// <param name="model">The model; it is not needed afterwards.</param>
    /// <param name="options">How it is kept and served.</param>
    public static IndexStore Create(string folder, ModelContents model, StoreOptions? options = null)
    {
        StoreOptions checkedOptions = Check(options);
        return Create(StoreFiles.Create(folder), model, checkedOptions);
    }

    /// <summary>
    /// Opens a store: takes the newest snapshot that is whole and makes the changes of the log behind it again. A
    /// damaged snapshot is reported, and the one before is used.
    /// </summary>
    /// <param name="folder">The folder of the store.</param>
    /// <param name="options">How it is kept and served.</param>
    /// <param name="progress">Told how far it is, on this thread.</param>
    /// <exception cref="StoreException">There is no store, or no snapshot that the log goes on from.</exception>
    /// <exception cref="ChangeLogException">The log is damaged where acknowledged changes are.</exception>
    /// <exception cref="IOException">The disk failed, or another process has the store open.</exception>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public static IndexStore Open(
        string folder, StoreOptions? options = null, IProgress<StoreProgress>? progress = null)
    {
        StoreOptions checkedOptions = Check(options);
        return new IndexStore(StoreFiles.Open(folder), checkedOptions, progress);
    }

    /// <summary>Whether a folder is a store.</summary>
    public static bool IsStore(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return StoreFiles.IsStore(folder);
    }

    /// <summary>The retriever as it is now, until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public StoreLease Lease() => new(Enter());

    /// <summary>Answers one request, of the items as they are now.</summary>
    /// <inheritdoc cref="Engine.Retriever.Search"/>
    public SearchResponse Search(SearchRequest request, CancellationToken cancellation = default)
        => Use(retriever => retriever.Search(request, cancellation));

    /// <summary>The item of that id with all its fields and embeddings, or null.</summary>
    public Item? Get(ItemId id) => Use(retriever => retriever.Get(id));

    /// <inheritdoc cref="Engine.Retriever.PositionOf"/>
    public SourcePosition? PositionOf(string source) => Use(retriever => retriever.PositionOf(source));

    /// <inheritdoc cref="Engine.Retriever.StateHash"/>
    public string StateHash(CancellationToken cancellation = default)
        => Use(retriever => retriever.StateHash(cancellation));

    /// <summary>
    /// Changes items, in order; what is returned ends when the changes are on the disk. They can be seen before that.
    /// </summary>
    /// <param name="changes">The changes.</param>
    /// <exception cref="ItemException">
    /// Some do not fit the schema, or change an item that is not there; none was made.
    /// </exception>
    /// <exception cref="LogWriteException">The disk failed.</exception>
    /// <exception cref="ObjectDisposedException">The store is disposed.</exception>
    public Task<ChangeResult> ApplyAsync(params IReadOnlyList<ItemChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return ApplyChangesAsync(changes, [], isFit: true);
    }

    /// <summary>The same, of changes of a source, whose position is kept in the same unit.</summary>
    /// <param name="changes">The changes; none is right too.</param>
    /// <param name="position">Where the source goes on behind them.</param>
    /// <inheritdoc cref="ApplyAsync(IReadOnlyList{ItemChange})"/>
    /// <exception cref="ArgumentException">
    /// The position is beyond <see cref="Limits"/>; nothing was changed.
    /// </exception>
    public Task<ChangeResult> ApplyAsync(IReadOnlyList<ItemChange> changes, SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(position);
        return ApplyChangesAsync(changes, [position], isFit: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StopBackground();
        lock (_maintaining)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _feedHold?.Dispose();
        _served.Leave();
        lock (_keptOpen)
        {
            _keptOpen.ForEach(served => served.Leave());
            _keptOpen.Clear();
        }

        _log.Dispose();
    }

    internal static IndexStore Create(StoreFiles files, ModelContents model, StoreOptions options)
    {
        Begin(files, model, options);
        return new IndexStore(files, options, progress: null);
    }

    internal static IndexStore Open(StoreFiles files, StoreOptions options) => new(files, options, progress: null);

    // The log comes first: a snapshot is never without one.
    private static void Begin(StoreFiles files, ModelContents model, StoreOptions options)
    {
        ChangeLog.Open(files.Log, options.Log with { StartOffset = 0 }).Dispose();
        new SnapshotFolder(files.Snapshots).Write(default, SavedState.Started(model));
    }

    private static StoreOptions Check(StoreOptions? options)
    {
        StoreOptions given = options ?? new StoreOptions();
        given.ThrowIfWrong();
        return given;
    }

    private async Task<ChangeResult> ApplyChangesAsync(
        IReadOnlyList<ItemChange> changes, IReadOnlyList<SourcePosition> positions, bool isFit)
    {
        while (true)
        {
            using StoreLease lease = Lease();
            try
            {
                ChangingItems live = lease.Retriever.Live;
                ChangeResult result = await live.ApplyAsync(
                    isFit ? changes : [.. changes.Select(live.Fit.Of)], positions).ConfigureAwait(false);
                NoteChanges(changes.Count);
                WakeFollowers();
                return result;
            }
            catch (ReplacedException)
            {
                // None was made: the one that took its place has them.
            }
        }
    }

    private ServedRetriever Enter()
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ServedRetriever served = Volatile.Read(ref _served);
            if (served.TryEnter())
            {
                return served;
            }
        }
    }

    private T Use<T>(Func<Retriever, T> use)
    {
        using StoreLease lease = Lease();
        return use(lease.Retriever);
    }
}
