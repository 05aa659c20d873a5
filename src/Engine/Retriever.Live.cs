using System.Diagnostics;
using Linr.Engine.Live;
using Linr.Engine.Requests;
using Linr.Index;
using Linr.Index.Live;
using Linr.Index.ModelFiles;

namespace Linr.Engine;

/// <content>Its items: read, changed while it answers, and saved.</content>
public sealed partial class Retriever
{
    /// <summary>The item of that id with all its fields and embeddings, or null.</summary>
    public Item? Get(ItemId id)
    {
        if (_live is null)
        {
            return id.Kind == Schema.IdKind && Table.IdMap.TryFind(id, out uint row) ? Table.ReadItem(row) : null;
        }

        using TableView view = _live.Table.Read();
        return view.TryFind(id, out uint live) ? Table.ReadItem(live) : null;
    }

    /// <summary>The ids of all items as they are when the first is asked for, in no order.</summary>
    public IEnumerable<ItemId> Ids()
    {
        if (_live is null)
        {
            for (long row = 0; row < Table.Rows; row++)
            {
                yield return Table.Ids.Read((uint)row);
            }

            yield break;
        }

        using TableView view = _live.Table.Read();
        foreach (uint row in view.LiveRows())
        {
            yield return Table.Ids.Read(row);
        }
    }

    /// <summary>
    /// Changes items, in order; every request that begins afterwards sees all of the changes, and one that runs sees none.
    /// Embeddings that the model makes of an item's features or of its other embeddings need not be given: they are made
    /// now, and made again where what they are made of changes.
    /// </summary>
    /// <param name="changes">The changes.</param>
    /// <exception cref="ItemException">Some do not fit the schema, or change an item that is not there; none was made.</exception>
    /// <exception cref="InvalidOperationException">It was opened without <see cref="RetrieverOptions.Live"/>.</exception>
    public ChangeResult Apply(params IReadOnlyList<ItemChange> changes) => ApplyAsync(changes).GetAwaiter().GetResult();

    /// <summary>
    /// The same; what is returned ends when the changes are on the disk, where there is a log. They can be seen before that.
    /// </summary>
    /// <inheritdoc cref="Apply"/>
    /// <exception cref="Index.Log.LogWriteException">They cannot be logged: they may be lost when the process ends.</exception>
    public Task<ChangeResult> ApplyAsync(params IReadOnlyList<ItemChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return Live.ApplyAsync(changes, []);
    }

    /// <summary>
    /// The same, of changes that come from a source: how far it was read is kept with them, so that after a crash both are
    /// there or neither. No changes may come with a position too.
    /// </summary>
    /// <param name="changes">The changes.</param>
    /// <param name="position">Where the source goes on behind them, in place of the position that it had.</param>
    /// <inheritdoc cref="ApplyAsync(IReadOnlyList{ItemChange})"/>
    /// <exception cref="ArgumentException">The position is beyond <see cref="Limits"/>; nothing was changed.</exception>
    public Task<ChangeResult> ApplyAsync(IReadOnlyList<ItemChange> changes, SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(position);
        return Live.ApplyAsync(changes, [position]);
    }

    /// <summary>
    /// How far a source was read: its changes until there can be seen. Null for one that never gave a position.
    /// </summary>
    public SourcePosition? PositionOf(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _live?.Positions.GetValueOrDefault(source);
    }

    /// <summary>How far each source was read, in the order of their names.</summary>
    public IReadOnlyList<SourcePosition> Positions => _live is null ? [] : [.. _live.Positions.Values];

    /// <summary>
    /// The offset of the log before which every change can be seen by a request that begins now; null without a log.
    /// It is never ahead of what can be seen, and reading it waits for nobody.
    /// </summary>
    public long? Offset => _live?.VisibleOffset;

    /// <summary>
    /// One hash of all that was given: items with their fields, their embeddings as they are stored and their versions,
    /// the versions of those that are gone, and what makes the embeddings that were not given: 32 hexadecimal digits.
    /// It is the same however the changes came, in which sets, into which rows and on which engine (docs/live.md).
    /// </summary>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string StateHash(CancellationToken cancellation = default)
    {
        if (_live is null)
        {
            return Linr.Engine.Live.StateHash.Of(
                Table, SavedState.Made(Model, Table.Rows), MakerFingerprint.Of(Model, Layers), cancellation);
        }

        (TableView view, SavedState state) = _live.Take();
        using (view)
        {
            return Linr.Engine.Live.StateHash.Of(view, state.Gone, _live.Maker, cancellation);
        }
    }

    /// <summary>
    /// Writes the model with its items as they are now, in one step, while requests are answered and items change: it opens
    /// as any model does.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="dropsLog">Whether the part of the log that the file has is removed afterwards.</param>
    /// <param name="cancellation">Looked at between items.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Save(string path, bool dropsLog = false, CancellationToken cancellation = default)
    {
        if (_live is null)
        {
            ModelWriter.Write(path, Contents);
            return;
        }

        (TableView view, SavedState state) = _live.Take();
        using (view)
        {
            Write(view, state, contents => ModelWriter.Write(path, contents), cancellation);
        }

        if (dropsLog)
        {
            _live.DropBefore(state);
        }
    }

    /// <summary>The model that was opened; null for items in memory.</summary>
    internal LoadedModel? Model => _owner as LoadedModel;

    /// <summary>What changes its items.</summary>
    /// <exception cref="InvalidOperationException">It was opened without <see cref="RetrieverOptions.Live"/>.</exception>
    internal ChangingItems Live => _live ?? throw new InvalidOperationException(
        "Expected a retriever opened with RetrieverOptions.Live to change items; this one's stay as they are.");

    /// <summary>Writes the model with the items of a view, and a state to go with them.</summary>
    internal void Write(
        TableView view, SavedState state, Action<ModelContents> write, CancellationToken cancellation)
    {
        using ItemTable items = view.ToFields(cancellation);
        write(state.AddTo(Contents with { Items = items, Rows = new ViewRows(view, cancellation) }, view));
    }

    private ModelContents Contents => Model?.Contents() ?? new ModelContents { Items = Table, Version = ModelVersion };

    private (uint Row, float Score)[][] Nearest(
        TableView view, string embedding, IReadOnlyList<ReadOnlyMemory<float>> queries, int k)
    {
        RequestWork[] work = Resolve(
            [
                .. queries.Select(query => new SearchRequest
                {
                    Embeddings = [new EmbeddingQuery(embedding, query)], K = k,
                }),
            ],
            view);
        _runner.Run(work, CancellationToken.None);
        return
        [
            .. work.Select(one => one.Response!.Hits
                .Select(hit => view.TryFind(hit.Id, out uint row) ? (row, hit.Score) : throw new UnreachableException())
                .ToArray()),
        ];
    }
}
