namespace Linr.Index.Live;

/// <summary>Which rows an item may be put into: those that were given back, and those that never had one.</summary>
internal sealed class RowSpace
{
    private readonly Stack<uint> _free = [];
    private long _used;

    /// <summary>A space whose first rows are taken.</summary>
    public RowSpace(long used) => _used = used;

    /// <summary>The high-water mark: no row from here on was ever taken.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Rows below it that are free.</summary>
    public int FreeCount => _free.Count;

    /// <summary>Takes a row.</summary>
    public uint Take() => _free.TryPop(out uint row) ? row : (uint)_used++;

    /// <summary>Gives a row back that nobody reads any more.</summary>
    public void Free(uint row) => _free.Push(row);
}
