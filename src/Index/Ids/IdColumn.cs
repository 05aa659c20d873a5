using Linr.Memory;

namespace Linr.Index.Ids;

/// <summary>
/// The ids of a table's items, by row. Safe for concurrent readers once the table is built; what they may read never
/// changes.
/// </summary>
public abstract class IdColumn : IDisposable
{
    private protected IdColumn()
    {
    }

    /// <summary>What the ids are made of.</summary>
    public abstract IdKind Kind { get; }

    /// <summary>How many rows.</summary>
    public abstract long Count { get; }

    /// <summary>Bytes of native memory held; a mapped column holds none.</summary>
    public abstract long OwnedBytes { get; }

    /// <summary>The id of a row.</summary>
    public abstract ItemId Read(uint row);

    /// <summary>The ids of rows, in their order.</summary>
    public abstract ItemIdList Read(ReadOnlySpan<uint> rows);

    /// <summary>The 64-bit key of a row's id, which orders and shards the item.</summary>
    public abstract long Key(uint row);

    /// <summary>Compares the ids of two rows whose keys are equal; allocates nothing.</summary>
    public abstract int CompareIds(uint left, uint right);

    /// <summary>Compares two rows by key, then id: the order of items with equal scores. Allocates nothing.</summary>
    public int Compare(uint left, uint right)
    {
        int order = Key(left).CompareTo(Key(right));
        return order != 0 ? order : CompareIds(left, right);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Appends an id of this column's kind.</summary>
    internal abstract void Append(ItemId id);

    /// <summary>
    /// Makes so many full blocks, whose rows have no id behind those that there are. Nobody may read meanwhile where the
    /// last block was not full.
    /// </summary>
    internal abstract void Grow(int blocks);

    /// <summary>Sets the id of a row of a block that was grown, and that nobody reads.</summary>
    /// <param name="row">The row.</param>
    /// <param name="id">Its id, of this column's kind.</param>
    /// <param name="retired">Takes memory that readers may still have.</param>
    internal abstract void Set(uint row, ItemId id, ICollection<NativeBuffer> retired);

    /// <summary>The row of an id of this column's kind, through <paramref name="slots"/>.</summary>
    internal abstract uint Find(ItemId id, SlotTable slots);

    /// <summary>The rows of many ids; <see cref="SlotTable.None"/> for one of another kind. Returns how many.</summary>
    internal abstract int FindAll(ReadOnlySpan<ItemId> ids, Span<uint> rows, SlotTable slots);

    /// <summary>Gives back the memory beyond the last id.</summary>
    internal abstract void Trim();

    /// <summary>Frees what the column owns.</summary>
    protected abstract void Dispose(bool disposing);
}
