using Linr.Index.Columns;
using Linr.Index.Ids;
using Linr.Memory;

namespace Linr.Index.Live;

/// <summary>
/// A table whose items come, change and go while it is searched. A change never touches a row that somebody may read:
/// it fills another row, and one new <see cref="TableView"/> shows all of a set of changes at once. Rows are used again
/// when the last reader of an older view is gone. Readers wait for nobody; writers wait for one another.
/// </summary>
public sealed class LiveTable : IDisposable
{
    private readonly Lock _writing = new();
    private readonly RowSpace _space;
    private readonly LiveIds _ids;
    private readonly Retirement _retirement;
    private readonly List<ITableFollower> _followers = [];
    private readonly ItemCheck _check;
    private readonly ItemVersions _versions = new();
    private readonly MadeEmbeddings _made;
    private readonly long _givenRows;
    private TableView _current;
    private volatile bool _isDisposed;

    /// <summary>
    /// A live table of the items of a table, which it owns from now on; nobody may read that meanwhile.
    /// </summary>
    /// <param name="table">The items.</param>
    /// <param name="capacity">Items to have room for at least before it grows; 0 for no more than there are.</param>
    public LiveTable(ItemTable table, long capacity = 0)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Limits.RowsMax);
        Table = table;
        long rows = table.Rows;
        _ = table.IdMap;

        // Their memory may be a mapped file, and the table's map of ids is compared with them while others look up.
        _givenRows = rows;
        _space = new RowSpace(rows);
        _ids = new LiveIds(table.Ids);
        _retirement = new Retirement(FreeRow);
        _check = new ItemCheck(table.Schema);
        table.Grow((int)((Math.Max(capacity, Math.Max(rows, 1)) + Limits.BlockRows - 1) / Limits.BlockRows));
        _versions.Grow(table.BlockCount);
        _made = new MadeEmbeddings(table.Embeddings.Count);
        _made.Grow(table.BlockCount);
        _current = new TableView(this, MasksOf(rows, table.BlockCount), version: 0, rows);
    }

    /// <summary>The items of all views; which rows are to be read says a view.</summary>
    public ItemTable Table { get; }

    /// <summary>The high-water mark: rows that ever had an item, those of the table that was opened included.</summary>
    public long UsedRows => _space.Used;

    /// <summary>
    /// Bytes of native memory that it holds besides the table's own: masks of its current state, and versions.
    /// </summary>
    internal long OwnedBytes => _versions.OwnedBytes + _current.Masks.Sum(mask => mask.Bytes);

    /// <summary>Reads something while nobody changes the table.</summary>
    internal T WhileStill<T>(Func<T> read)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return read();
        }
    }

    /// <summary>The table as it is now; dispose it when it has been read.</summary>
    /// <exception cref="ObjectDisposedException">The table was disposed.</exception>
    public TableView Read()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (true)
        {
            TableView view = Volatile.Read(ref _current);
            view.Enter();
            if (view == Volatile.Read(ref _current))
            {
                return view;
            }

            // Meanwhile there is another, and this one's rows may be on their way to be used again.
            view.Dispose();
        }
    }

    /// <summary>
    /// The highest version of each item that had one and is gone, as deletes of that version; those of items that are
    /// there has a view. With them a copy of the table can go on where this one is.
    /// </summary>
    public IReadOnlyList<ItemChange> Gone()
    {
        lock (_writing)
        {
            return [.. _versions.Gone()];
        }
    }

    /// <summary>Takes over the versions of the items that the table was made of, before any change.</summary>
    /// <param name="versions">A version a row.</param>
    /// <param name="has">A mask of the rows that have one, 64 a word; empty where all have.</param>
    /// <exception cref="ArgumentException">There are more or fewer than rows that the table was made of.</exception>
    public void SetVersions(NativeSlice<long> versions, NativeSlice<ulong> has)
    {
        lock (_writing)
        {
            if (versions.Length != _givenRows || (!has.IsEmpty && has.Length != RowMask.Words(_givenRows)))
            {
                throw new ArgumentException(
                    $"Expected versions of {_givenRows} rows; found {versions.Length}, a mask of {has.Length} words.",
                    nameof(versions));
            }

            _versions.SetRows(versions, has);
            _versions.Grow(Table.BlockCount);
        }
    }

    /// <summary>
    /// Takes over versions of items, in place of those that they have; while nobody else changes or saves the table.
    /// </summary>
    /// <param name="versions">
    /// Deletes of these versions, of items that are gone or that are there; without one: none.
    /// </param>
    public void SetVersions(IEnumerable<ItemChange> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        lock (_writing)
        {
            foreach (ItemChange change in versions)
            {
                if (TryFind(change.Id, _current, out uint row))
                {
                    _versions.SetRow(row, change.Version);
                }
                else
                {
                    _versions.SetGone(change.Id, change.Version);
                }
            }
        }
    }

    /// <summary>Takes over which embeddings of the items that the table was made of a model made.</summary>
    /// <param name="embedding">Its place among the table's embeddings.</param>
    /// <param name="rows">A mask of the rows, 64 a word.</param>
    /// <exception cref="ArgumentException">There are more or fewer words than the rows need.</exception>
    internal void SetMade(int embedding, NativeSlice<ulong> rows)
    {
        lock (_writing)
        {
            if (rows.Length != RowMask.Words(_givenRows))
            {
                throw new ArgumentException(
                    $"Expected a mask of {_givenRows} rows; found {rows.Length} words.", nameof(rows));
            }

            _made.SetRows(embedding, rows, _givenRows);
            _made.Grow(Table.BlockCount);
        }
    }

    /// <summary>Refuses changes if one is wrong, but not for embeddings that an item lacks.</summary>
    /// <param name="changes">The changes.</param>
    /// <returns>[change]: whether it is stale, and would have no effect.</returns>
    /// <exception cref="ItemException">All that is wrong.</exception>
    public bool[] Check(IReadOnlyList<ItemChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        lock (_writing)
        {
            return Begin().Check(changes, _check, isWhole: false);
        }
    }

    /// <summary>Makes changes, in their order; readers see all of them or none.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="whenChecked">
    /// Called once all have passed the check, before any is made; where it throws none is.
    /// </param>
    /// <param name="origins">[change]: the embeddings that were not given; null where all were.</param>
    /// <exception cref="ItemException">
    /// Some do not fit the schema, or change an item that is not there; none was made.
    /// </exception>
    public ChangeResult Apply(
        IReadOnlyList<ItemChange> changes,
        Action? whenChecked = null,
        IReadOnlyList<EmbeddingOrigins>? origins = null)
    {
        ArgumentNullException.ThrowIfNull(changes);
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _retirement.Free();
            ChangeSet set = Begin();
            set.Check(changes, _check, isWhole: true);
            whenChecked?.Invoke();
            using TableView before = Read();
            try
            {
                for (int i = 0; i < changes.Count; i++)
                {
                    set.Apply(changes[i], origins?[i] ?? default);
                }

                return Publish(before, set);
            }
            catch
            {
                // Memory is short, say: all is as before.
                set.Abandon();
                _retirement.Add(before, [], [.. set.Retired]);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _retirement.Dispose();
            _current.Copies.ForEach(copy => copy.Dispose());
            foreach (NativeBuffer mask in _current.Masks)
            {
                mask.Dispose();
            }

            _versions.Dispose();
            _made.Dispose();
            Table.Dispose();
        }
    }

    /// <summary>From now on a copy of the table comes along.</summary>
    /// <returns>Where views have what it made of them.</returns>
    internal int Attach(ITableFollower follower)
    {
        lock (_writing)
        {
            _current.Copies.Add(follower.Begin(_current));
            _followers.Add(follower);
            return _followers.Count - 1;
        }
    }

    /// <summary>
    /// Whether another row, which may be one that is no longer live, has the same 64-bit key and another id.
    /// </summary>
    internal bool SharesKey(uint row) => Table.IdMap.HasOtherOfKey(row) || _ids.HasOtherOfKey(row);

    /// <summary>No row from here on was ever taken.</summary>
    internal long RowsUsed => _space.Used;

    /// <summary>The version of a row's item.</summary>
    internal long? VersionOf(uint row) => _versions.OfRow(row);

    /// <summary>Whether a model made an embedding of a row.</summary>
    internal bool IsMade(int embedding, uint row) => _made.Get(embedding, row);

    /// <summary>A row that is live in a view.</summary>
    internal bool TryFind(ItemId id, TableView view, out uint row)
    {
        row = IdMap.NoRow;
        if (id.Kind != Table.Schema.IdKind)
        {
            return false;
        }

        if (!Table.IdMap.TryFind(id, out row) || !view.IsLive(row))
        {
            row = _ids.Find(id, view);
        }

        return row != IdMap.NoRow;
    }

    /// <summary>A row to fill, in memory that may be written.</summary>
    internal uint TakeRow()
    {
        uint row = _space.Take();
        if (row >= Table.Rows)
        {
            // By an eighth, so that growth is rare and what is never used is little.
            Table.Grow(Table.BlockCount + 1 + (Table.BlockCount / 8));
            _versions.Grow(Table.BlockCount);
            _made.Grow(Table.BlockCount);
        }

        return row;
    }

    /// <summary>A row that was filled and whose id is set can be found from now on, where it is live.</summary>
    internal void Add(uint row) => _ids.Add(row);

    /// <summary>Nobody reads a row any more.</summary>
    internal void GiveBack(uint row)
    {
        _ids.Remove(row);
        _space.Free(row);
    }

    private ChangeSet Begin() => new(this, _current, _versions, _made);

    private void FreeRow(uint row)
    {
        if (row >= _givenRows)
        {
            GiveBack(row);
        }
    }

    private ChangeResult Publish(TableView before, ChangeSet set)
    {
        NativeBuffer[] masks = new NativeBuffer[Table.BlockCount];
        before.Masks.CopyTo(masks, 0);
        var replaced = new List<NativeBuffer>(set.Retired);
        var touched = new HashSet<int>();
        for (int block = before.Masks.Length; block < masks.Length; block++)
        {
            masks[block] = new NativeBuffer(RowMask.BlockWords * sizeof(ulong));
            touched.Add(block);
        }

        foreach ((uint row, bool isLive) in set.Rows)
        {
            int block = (int)(row / Limits.BlockRows);
            if (touched.Add(block))
            {
                NativeBuffer copy = new(RowMask.BlockWords * sizeof(ulong));
                masks[block].Span<ulong>(0, RowMask.BlockWords).CopyTo(copy.Span<ulong>(0, RowMask.BlockWords));
                replaced.Add(masks[block]);
                masks[block] = copy;
            }

            uint within = row % Limits.BlockRows;
            ref ulong word = ref masks[block].Span<ulong>(within / RowMask.WordRows, 1)[0];
            ulong bit = 1UL << (int)(within % RowMask.WordRows);
            word = isLive ? word | bit : word & ~bit;
        }

        var after = new TableView(this, masks, before.Version + 1, before.Count + set.CountChange);
        Follow(before, after, [.. set.Rows]);
        foreach ((ItemId id, long? gone) in set.Items)
        {
            _versions.SetGone(id, gone);
        }

        Volatile.Write(ref _current, after);
        _retirement.Add(
            before, [.. set.Rows.Where(one => !one.IsLive).Select(one => one.Row)], [.. replaced, .. before.Copies]);
        return set.Result with { Version = after.Version };
    }

    private void Follow(TableView before, TableView after, (uint Row, bool IsLive)[] rows)
    {
        try
        {
            foreach (ITableFollower follower in _followers)
            {
                after.Copies.Add(follower.Follow(before, after, rows));
            }
        }
        catch
        {
            after.Copies.ForEach(copy => copy.Dispose());
            foreach (NativeBuffer mask in after.Masks.Except(before.Masks))
            {
                mask.Dispose();
            }

            throw;
        }
    }

    private static NativeBuffer[] MasksOf(long rows, int blocks)
    {
        var masks = new NativeBuffer[blocks];
        for (int block = 0; block < blocks; block++)
        {
            masks[block] = new NativeBuffer(RowMask.BlockWords * sizeof(ulong));
            RowMask.Fill(
                masks[block].Span<ulong>(0, RowMask.BlockWords),
                (int)Math.Clamp(rows - ((long)block * Limits.BlockRows), 0, Limits.BlockRows));
        }

        return masks;
    }
}
