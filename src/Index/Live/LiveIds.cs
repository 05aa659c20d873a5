using Linr.Index.Ids;

namespace Linr.Index.Live;

/// <summary>
/// Finds the rows of items that came since a table was opened, while they come and go: an open-addressing table of row
/// numbers, compared through the id column. An id has several rows while readers of older views need them; a search
/// takes the one that is live in its view. One thread adds and removes, any may search.
/// </summary>
internal sealed class LiveIds(IdColumn ids)
{
    private const uint Empty = 0;
    private const uint Removed = uint.MaxValue;
    private const int FirstSlots = 1_024;

    private uint[] _slots = new uint[FirstSlots];
    private int _taken;
    private int _rows;

    /// <summary>Bytes held.</summary>
    public long Bytes => (long)_slots.Length * sizeof(uint);

    /// <summary>The row of an id that is live, or <see cref="IdMap.NoRow"/>.</summary>
    public uint Find(ItemId id, TableView view)
    {
        uint[] slots = Volatile.Read(ref _slots);
        long key = id.Key;
        for (ulong place = SlotTable.Mix(key); ; place++)
        {
            uint slot = Volatile.Read(ref slots[place & (ulong)(slots.Length - 1)]);
            if (slot == Empty)
            {
                return IdMap.NoRow;
            }

            if (slot != Removed && view.IsLive(slot - 1) && ids.Key(slot - 1) == key && ids.Read(slot - 1) == id)
            {
                return slot - 1;
            }
        }
    }

    /// <summary>Whether another row has the key of this one and another id.</summary>
    public bool HasOtherOfKey(uint row)
    {
        long key = ids.Key(row);
        for (ulong place = SlotTable.Mix(key); ; place++)
        {
            uint slot = _slots[place & (ulong)(_slots.Length - 1)];
            if (slot == Empty)
            {
                return false;
            }

            if (slot != Removed && ids.Key(slot - 1) == key && ids.CompareIds(slot - 1, row) != 0)
            {
                return true;
            }
        }
    }

    /// <summary>Adds a row, whose id the column has.</summary>
    public void Add(uint row)
    {
        // Half full at most, those that were removed counted.
        if (2 * (_taken + 1) > _slots.Length)
        {
            Rebuild();
        }

        Put(_slots, row);
        _taken++;
        _rows++;
    }

    /// <summary>Removes a row, whose id the column still has.</summary>
    public void Remove(uint row)
    {
        for (ulong place = SlotTable.Mix(ids.Key(row)); ; place++)
        {
            ref uint slot = ref _slots[place & (ulong)(_slots.Length - 1)];
            if (slot == row + 1)
            {
                Volatile.Write(ref slot, Removed);
                _rows--;
                return;
            }

            if (slot == Empty)
            {
                return;
            }
        }
    }

    // Readers keep the table that they have.
    private void Rebuild()
    {
        uint[] slots = new uint[_slots.Length];
        while (4 * (_rows + 1) > slots.Length)
        {
            slots = new uint[slots.Length * 2];
        }

        foreach (uint slot in _slots)
        {
            if (slot is not Empty and not Removed)
            {
                Put(slots, slot - 1);
            }
        }

        _taken = _rows;
        Volatile.Write(ref _slots, slots);
    }

    private void Put(uint[] slots, uint row)
    {
        ulong place = SlotTable.Mix(ids.Key(row));
        while (slots[place & (ulong)(slots.Length - 1)] is not Empty)
        {
            place++;
        }

        Volatile.Write(ref slots[place & (ulong)(slots.Length - 1)], row + 1);
    }
}
