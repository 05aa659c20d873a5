namespace Linr.Index.Ids;

/// <summary>
/// Finds rows by item id. It stores rows only and compares through the id column: 5 to 6.25 bytes an item beside the
/// column's own (up to 7.5 below some 3 million items), so about 14 GB for a billion integer ids: 8 GB of ids, 5 to
/// 6.25 GB of rows. Safe for concurrent
/// readers while nobody adds.
/// </summary>
public sealed class IdMap : IDisposable
{
    /// <summary>What a look-up writes for an id that no item has.</summary>
    public const uint NoRow = SlotTable.None;

    private readonly IdColumn _ids;
    private readonly SlotTable _slots;

    /// <summary>An empty map over an id column.</summary>
    /// <param name="ids">The column that ids are compared through; must outlive the map.</param>
    internal IdMap(IdColumn ids)
    {
        _ids = ids;
        _slots = new SlotTable(row => SlotTable.Mix(ids.Key(row)));
    }

    /// <summary>How many ids.</summary>
    public long Count => _slots.Count;

    /// <summary>Bytes of native memory held.</summary>
    public long OwnedBytes => _slots.OwnedBytes;

    /// <summary>Finds the row of an id.</summary>
    /// <returns>Whether an item has it; an id of another kind than the table's is never found.</returns>
    public bool TryFind(ItemId id, out uint row)
    {
        row = id.Kind == _ids.Kind ? _ids.Find(id, _slots) : NoRow;
        return row != NoRow;
    }

    /// <summary>Finds the rows of many integer ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="rows">
    /// As long as <paramref name="ids"/>: their rows, <see cref="NoRow"/> where no item has the id.
    /// </param>
    /// <returns>How many were found.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or the table's ids are of another kind.</exception>
    public int Find(ReadOnlySpan<long> ids, Span<uint> rows)
    {
        CheckLengths(ids.Length, rows.Length);
        return _ids is IntegerIds integers ? integers.FindAll(ids, rows, _slots) : throw WrongKind(IdKind.Integer, nameof(ids));
    }

    /// <summary>Finds the rows of many Guid ids.</summary>
    /// <inheritdoc cref="Find(ReadOnlySpan{long}, Span{uint})"/>
    public int Find(ReadOnlySpan<Guid> ids, Span<uint> rows)
    {
        CheckLengths(ids.Length, rows.Length);
        return _ids is GuidIds guids ? guids.FindAll(ids, rows, _slots) : throw WrongKind(IdKind.Guid, nameof(ids));
    }

    /// <summary>Finds the rows of many string ids; a string that cannot be an id is never found.</summary>
    /// <inheritdoc cref="Find(ReadOnlySpan{long}, Span{uint})"/>
    public int Find(ReadOnlySpan<string> ids, Span<uint> rows)
    {
        CheckLengths(ids.Length, rows.Length);
        return _ids is TextIds texts ? texts.FindAll(ids, rows, _slots) : throw WrongKind(IdKind.Text, nameof(ids));
    }

    /// <summary>Finds the rows of many ids.</summary>
    /// <param name="ids">The ids; one of another kind than the table's is never found.</param>
    /// <param name="rows">
    /// As long as <paramref name="ids"/>: their rows, <see cref="NoRow"/> where no item has the id.
    /// </param>
    /// <returns>How many were found.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public int Find(ReadOnlySpan<ItemId> ids, Span<uint> rows)
    {
        CheckLengths(ids.Length, rows.Length);
        return _ids.FindAll(ids, rows, _slots);
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    /// <summary>Makes the map of a whole column.</summary>
    /// <param name="ids">The column.</param>
    /// <param name="duplicate">The first row whose id an earlier row has too, or <see cref="NoRow"/>.</param>
    internal static IdMap Of(IdColumn ids, out uint duplicate)
    {
        var map = new IdMap(ids);
        map.Reserve(ids.Count);
        duplicate = NoRow;
        for (long row = 0; row < ids.Count && duplicate == NoRow; row++)
        {
            duplicate = map.TryAdd((uint)row) ? NoRow : (uint)row;
        }

        return map;
    }

    /// <summary>Makes an empty map ready for so many ids.</summary>
    internal void Reserve(long count)
    {
        if (OwnedBytes == 0)
        {
            _slots.Reserve(count);
        }
    }

    /// <summary>Adds a row whose id the column has, and no earlier row.</summary>
    internal void Add(uint row) => _slots.Add(SlotTable.Mix(_ids.Key(row)), row);

    /// <summary>Adds a row that the id column has already; false when an earlier row has the same id.</summary>
    internal bool TryAdd(uint row)
    {
        var probe = new RowProbe(_ids, row, SlotTable.Mix(_ids.Key(row)));
        if (_slots.Find(probe) != NoRow)
        {
            return false;
        }

        _slots.Add(probe.Hash, row);
        return true;
    }

    /// <summary>Whether a row of the map has the key of a row of the column and another id.</summary>
    internal bool HasOtherOfKey(uint row)
        => _slots.Find(new KeyProbe(_ids, row, SlotTable.Mix(_ids.Key(row)))) != NoRow;

    private static void CheckLengths(int ids, int rows)
    {
        if (ids != rows)
        {
            throw new ArgumentException($"Expected as many rows as ids ({ids}); found room for {rows}.", nameof(rows));
        }
    }

    private ArgumentException WrongKind(IdKind asked, string name)
        => new($"Expected ids of kind {_ids.Kind}; found {asked}.", name);

    private readonly struct KeyProbe(IdColumn ids, uint row, ulong hash) : ISlotProbe
    {
        public ulong Hash => hash;

        public bool Matches(uint number) => ids.Key(number) == ids.Key(row) && ids.CompareIds(number, row) != 0;
    }

    private readonly struct RowProbe(IdColumn ids, uint row, ulong hash) : ISlotProbe
    {
        public ulong Hash => hash;

        public bool Matches(uint number) => ids.CompareIds(number, row) == 0;
    }
}
