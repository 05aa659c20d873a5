using System.Buffers;
using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Index;
using Linr.Index.Live;
using Linr.Index.Log;
using Linr.Index.ModelFiles;
using Linr.Layers;

namespace Linr.Engine.Live;

/// <summary>
/// The items of a retriever that change: what a change lacks is made, then it is logged, then it can be seen; and it is
/// acknowledged when the log is on the disk. One log has the order in which changes were made.
/// </summary>
internal sealed partial class ChangingItems : IDisposable
{
    private readonly Lock _applying = new();
    private readonly LiveOptions _options;
    private readonly ItemEmbedder? _embedder;
    private readonly ChangeLog? _log;
    private readonly NearestItems _nearest;
    private readonly Lazy<UInt128> _maker;
    private LoggedUnits? _units;
    private long? _offset;
    private PushPoint _push;
    private bool _isReplaced;
    private long _visibleOffset;

    // Changes until the push's mark were made for the model before it.
    private bool _isBeforeMark;
    private ImmutableSortedDictionary<string, SourcePosition> _positions;

    /// <summary>Opens the log too, and makes the changes that the model was not saved with.</summary>
    /// <param name="items">The items, which it owns from now on.</param>
    /// <param name="model">The model that they are of; null for items alone.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="options">How.</param>
    /// <param name="nearest">Finds items.</param>
    /// <exception cref="IOException">
    /// The log cannot be opened; a <see cref="ChangeLogException"/> where it is damaged.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// It is not this model's: it ends before, or begins after, what the model has.
    /// </exception>
    public ChangingItems(
        ItemTable items,
        LoadedModel? model,
        LayerList layers,
        LiveOptions options,
        NearestItems nearest)
    {
        _nearest = nearest;
        _options = options;
        SavedState state = SavedState.Read(model);
        _offset = state.Offset;
        _push = state.Push;
        _isBeforeMark = _push.Number > 0 && _push.Offset == _offset;
        _positions = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, state.Positions.Select(one => KeyValuePair.Create(one.Source, one)));
        if (options.Log is not null || options.LogFolder is not null)
        {
            _offset ??= 0;
            _log = options.Log
                ?? ChangeLog.Open(options.LogFolder!, new ChangeLogOptions { StartOffset = _offset.Value });
        }

        _visibleOffset = _offset ?? 0;
        long rows = items.Rows;
        Table = new LiveTable(items, options.Capacity);
        state.GiveTo(model, rows, Table);
        _embedder = model is null ? null : new ItemEmbedder(model, layers);
        _maker = new Lazy<UInt128>(() => MakerFingerprint.Of(model, layers));
    }

    /// <summary>The table.</summary>
    public LiveTable Table { get; }

    /// <summary>
    /// From now on a device makes the embeddings of items, where it can; it must be given back later.
    /// </summary>
    /// <exception cref="CudaException">The weights do not fit the device.</exception>
    public void UseDevice(CudaContext context) => _embedder?.UseDevice(context);

    /// <summary>How far each source was read.</summary>
    public ImmutableSortedDictionary<string, SourcePosition> Positions => Volatile.Read(ref _positions);

    /// <summary>
    /// The offset of the log before which every change can be seen; null without a log. It waits for nobody.
    /// </summary>
    public long? VisibleOffset => _log is null ? null : Interlocked.Read(ref _visibleOffset);

    /// <summary>What makes embeddings of items, as one number.</summary>
    public UInt128 Maker => _maker.Value;

    /// <summary>Items of other models, as this one takes them.</summary>
    public ItemFit Fit => new(Table.Table.Schema, _embedder);

    /// <summary>
    /// Makes changes, and says how far their sources were read; what is returned ends when both are on the disk.
    /// </summary>
    /// <exception cref="ArgumentException">A position is beyond <see cref="Limits"/>.</exception>
    /// <exception cref="ReplacedException">Another takes the store's changes by now.</exception>
    public async Task<ChangeResult> ApplyAsync(
        IReadOnlyList<ItemChange> changes, IReadOnlyList<SourcePosition> positions)
    {
        foreach (SourcePosition position in positions)
        {
            // Without a log too: it is saved with the model.
            PositionCodec.Write(position, new ArrayBufferWriter<byte>());
        }

        (ChangeResult result, Task durable) = Make(changes, positions, isLogged: false);
        await durable.ConfigureAwait(false);
        return result;
    }

    /// <summary>
    /// The items and what to save with them; all of it is in the log by then, so that no model is ahead of it.
    /// </summary>
    /// <exception cref="LogWriteException">The disk failed.</exception>
    public (TableView View, SavedState State) Take()
    {
        lock (_applying)
        {
            _units?.Settle();
            var state = new SavedState(
                _units?.NextOffset ?? _offset, Table.Gone(), [.. _positions.Values], _push);
            return (Table.Read(), state);
        }
    }

    /// <summary>Removes the part of the log that a saved model has.</summary>
    public void DropBefore(SavedState state)
    {
        if (state.Offset is { } offset)
        {
            _log?.DropBefore(offset);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_options.Log is null)
        {
            _log?.Dispose();
        }

        _embedder?.Dispose();
        Table.Dispose();
    }

    private (ChangeResult Result, Task Durable) Make(
        IReadOnlyList<ItemChange> changes, IReadOnlyList<SourcePosition> positions, bool isLogged)
    {
        lock (_applying)
        {
            if (_isReplaced)
            {
                throw new ReplacedException();
            }

            // What is made of an item as it is has to be applied to it as it is.
            var whole = new CompletedChanges(changes, null);
            if (_embedder is not null)
            {
                bool[] isStale = Table.Check(changes);
                using TableView view = Table.Read();
                whole = _embedder.Complete(changes, isStale, view, _nearest);
            }

            Task durable = Task.CompletedTask;
            ChangeResult result = Table.Apply(
                whole.Changes, isLogged ? null : () => durable = Log(changes, positions), whole.Origins);
            if (positions.Count > 0)
            {
                Volatile.Write(
                    ref _positions, _positions.SetItems(positions.Select(one => KeyValuePair.Create(one.Source, one))));
            }

            if (_units is not null && !isLogged)
            {
                // Now that the table shows them.
                Interlocked.Exchange(ref _visibleOffset, _units.NextOffset);
            }

            return (result with { Offset = VisibleOffset }, durable);
        }
    }

    // As they came: another version of the model makes its own embeddings of them.
    private Task Log(IReadOnlyList<ItemChange> changes, IReadOnlyList<SourcePosition> positions)
    {
        if (_log is null || changes.Count + positions.Count == 0)
        {
            return Task.CompletedTask;
        }

        _units ??= new LoggedUnits(_log);
        return _units.Append(changes, positions);
    }
}
