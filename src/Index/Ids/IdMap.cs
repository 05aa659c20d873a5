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

    private const int LookAhead = 64;

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

    /// <summary>Finds the rows of many integer ids; the fast way for allow and deny lists.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="rows">
    /// As long as <paramref name="ids"/>: their rows, <see cref="NoRow"/> where no item has the id.
    /// </param>
    /// <returns>How many were found.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or the table's ids are not integers.</exception>
    public int Find(ReadOnlySpan<long> ids, Span<uint> rows)
    {
        CheckLengths(ids.Length, rows.Length);
        if (_ids is not IntegerIds integers)
        {
            throw new ArgumentException($"Expected ids of kind {_ids.Kind}; found integers.", nameof(ids));
        }

        Span<ulong> hashes = stackalloc ulong[LookAhead];
        Span<uint> guesses = stackalloc uint[LookAhead];
        int found = 0;
        for (int first = 0; first < ids.Length; first += LookAhead)
        {
            ReadOnlySpan<long> group = ids.Slice(first, Math.Min(LookAhead, ids.Length - first));
            for (int i = 0; i < group.Length; i++)
            {
                hashes[i] = SlotTable.Mix(group[i]);
                _slots.Prefetch(hashes[i]);
            }

            Guess(hashes[..group.Length], guesses);
            for (int i = 0; i < group.Length; i++)
            {
                uint row = guesses[i];
                if (row != NoRow && integers.Integer(row) != group[i])
                {
                    row = integers.Find(group[i], _slots);
                }

                rows[first + i] = row;
                found += row == NoRow ? 0 : 1;
            }
        }

        return found;
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
        Span<ulong> hashes = stackalloc ulong[LookAhead];
        Span<uint> guesses = stackalloc uint[LookAhead];
        int found = 0;
        for (int first = 0; first < ids.Length; first += LookAhead)
        {
            ReadOnlySpan<ItemId> group = ids.Slice(first, Math.Min(LookAhead, ids.Length - first));
            for (int i = 0; i < group.Length; i++)
            {
                hashes[i] = group[i].Kind == _ids.Kind ? _ids.HashOf(group[i]) : 0;
                _slots.Prefetch(hashes[i]);
            }

            Guess(hashes[..group.Length], guesses);
            for (int i = 0; i < group.Length; i++)
            {
                bool mayBe = group[i].Kind == _ids.Kind && guesses[i] != NoRow;
                uint row = !mayBe || _ids.Matches(guesses[i], group[i]) ? guesses[i] : _ids.Find(group[i], _slots);
                rows[first + i] = mayBe ? row : NoRow;
                found += rows[first + i] == NoRow ? 0 : 1;
            }
        }

        return found;
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

    private static void CheckLengths(int ids, int rows)
    {
        if (ids != rows)
        {
            throw new ArgumentException($"Expected as many rows as ids ({ids}); found room for {rows}.", nameof(rows));
        }
    }

    // The memory of a whole group is asked for before any of it is used: first the slots, then the ids behind them.
    private void Guess(ReadOnlySpan<ulong> hashes, Span<uint> rows)
    {
        for (int i = 0; i < hashes.Length; i++)
        {
            rows[i] = _slots.Guess(hashes[i]);
            if (rows[i] != NoRow)
            {
                _ids.Prefetch(rows[i]);
            }
        }
    }

    private readonly struct RowProbe(IdColumn ids, uint row, ulong hash) : ISlotProbe
    {
        public ulong Hash => hash;

        public bool Matches(uint number) => ids.CompareIds(number, row) == 0;
    }
}
