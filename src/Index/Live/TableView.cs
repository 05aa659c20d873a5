using System.Numerics;
using Linr.Index.Columns;
using Linr.Memory;

namespace Linr.Index.Live;

/// <summary>
/// What a table was at one moment: which of its rows are live. A view never changes, and what its rows hold neither,
/// until it is disposed: so a reader sees each change whole or not at all, and a batch of queries one state. Taking and
/// giving back a view waits for nobody. Disposed once by each who took it.
/// </summary>
public sealed class TableView : IDisposable
{
    private readonly LiveTable _owner;
    private readonly NativeBuffer[] _masks;
    private readonly nint[] _addresses;
    private int _readers;

    internal TableView(LiveTable owner, NativeBuffer[] masks, long version, long count)
    {
        (_owner, _masks, Version, Count) = (owner, masks, version, count);
        _addresses = Array.ConvertAll(masks, mask => mask.Address);
    }

    /// <summary>The items, of which the rows that <see cref="LiveMasks"/> says are to be read.</summary>
    public ItemTable Table => _owner.Table;

    /// <summary>Rises by one with each set of changes.</summary>
    public long Version { get; }

    /// <summary>How many items.</summary>
    public long Count { get; }

    /// <summary>Rows that a scan goes over: those of all blocks.</summary>
    public long Rows => (long)_masks.Length * Limits.BlockRows;

    /// <summary>[block]: the address of a mask of its live rows, 64 a word, 1,024 words.</summary>
    public ReadOnlyMemory<nint> LiveMasks => _addresses;

    /// <summary>The mask of a block's live rows.</summary>
    public NativeSlice<ulong> LiveMask(int block) => _masks[block].Slice<ulong>();

    /// <summary>Whether a row is live.</summary>
    public bool IsLive(uint row)
    {
        int block = (int)(row / Limits.BlockRows);
        uint within = row % Limits.BlockRows;
        return block < _masks.Length
            && (_masks[block].Slice<ulong>()[within / RowMask.WordRows] >> (int)(within % RowMask.WordRows) & 1) != 0;
    }

    /// <summary>The highest version of a change of a live row's item; null where none had one.</summary>
    public long? VersionOf(uint row) => _owner.VersionOf(row);

    /// <summary>Whether a model made an embedding of a live row; false where it was given.</summary>
    /// <param name="embedding">Its place among <see cref="ItemTable.Embeddings"/>.</param>
    /// <param name="row">The row.</param>
    public bool IsMade(int embedding, uint row) => _owner.IsMade(embedding, row);

    /// <summary>The row of an item; false where there is none of that id.</summary>
    public bool TryFind(ItemId id, out uint row) => _owner.TryFind(id, this, out row);

    /// <summary>Puts the rows of this view in place of those that a look-up in the table's own map gave.</summary>
    /// <param name="idOf">The id at a place.</param>
    /// <param name="rows">What was found; <see cref="Ids.IdMap.NoRow"/> where no item has the id.</param>
    /// <returns>How many items have one of the ids.</returns>
    public int Refine(Func<int, ItemId> idOf, Span<uint> rows)
    {
        ArgumentNullException.ThrowIfNull(idOf);
        int found = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            bool isThere = (rows[i] != Ids.IdMap.NoRow && IsLive(rows[i])) || TryFind(idOf(i), out rows[i]);
            rows[i] = isThere ? rows[i] : Ids.IdMap.NoRow;
            found += isThere ? 1 : 0;
        }

        return found;
    }

    /// <summary>The rows of all items, in ascending order.</summary>
    public IEnumerable<uint> LiveRows()
    {
        for (int block = 0; block < _masks.Length; block++)
        {
            for (int word = 0; word < RowMask.BlockWords; word++)
            {
                ulong left = LiveMask(block)[word];
                for (; left != 0; left &= left - 1)
                {
                    yield return (uint)((block * Limits.BlockRows) + (word * RowMask.WordRows)
                        + BitOperations.TrailingZeroCount(left));
                }
            }
        }
    }

    /// <summary>
    /// A table of its own of the items' ids and fields, which does not change; in the order of their rows. It has no
    /// embeddings: these are most of a table.
    /// </summary>
    /// <param name="cancellation">Looked at between items.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ItemTable ToFields(CancellationToken cancellation = default)
    {
        using var builder = new ItemTableBuilder(Table.Schema with { Embeddings = [] });
        foreach (uint row in LiveRows())
        {
            cancellation.ThrowIfCancellationRequested();
            builder.Append(Table, row);
        }

        return builder.Build();
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Decrement(ref _readers);

    /// <summary>What followers of the table have of it, in the order in which they came.</summary>
    internal List<IDisposable> Copies { get; } = [];

    /// <summary>The masks, for the view that follows.</summary>
    internal NativeBuffer[] Masks => _masks;

    /// <summary>Whether nobody reads it.</summary>
    internal bool IsFree => Volatile.Read(ref _readers) == 0;

    internal void Enter() => Interlocked.Increment(ref _readers);
}
