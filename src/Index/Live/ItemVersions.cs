using Linr.Index.Columns;
using Linr.Memory;

namespace Linr.Index.Live;

/// <summary>
/// The highest version of a change of each item that had one: of an item that is there by its row, 8 bytes and a bit a
/// row; of one that is gone by its id, so that a late change of an older version does not bring the item back. A row's
/// version never changes while somebody may read the row.
/// </summary>
internal sealed class ItemVersions : IDisposable
{
    private readonly Dictionary<ItemId, long> _gone = [];
    private BlockStore<long> _ofRows = BlockStore<long>.OfRows();
    private BlockStore<ulong> _has = RowMask.Store();

    /// <summary>Bytes of native memory held.</summary>
    public long OwnedBytes => _ofRows.OwnedBytes + _has.OwnedBytes;

    /// <summary>The version of a row's item.</summary>
    public long? OfRow(uint row) => RowMask.Get(_has, row) ? _ofRows.ReadOne(row) : null;

    /// <summary>The version of an item that is not there.</summary>
    public long? OfGone(ItemId id) => _gone.Count > 0 && _gone.TryGetValue(id, out long version) ? version : null;

    /// <summary>The versions of items that are gone, as deletes.</summary>
    public IEnumerable<ItemChange> Gone() => _gone.Select(pair => ItemChange.Delete(pair.Key, pair.Value));

    /// <summary>Makes room for so many full blocks of rows, without versions behind those that there are.</summary>
    public void Grow(int blocks)
    {
        _ofRows.Grow(blocks);
        _has.Grow(blocks);
    }

    /// <summary>Takes over the versions of the first rows, before there are any.</summary>
    /// <param name="versions">A version a row.</param>
    /// <param name="has">A mask of the rows that have one, 64 a word; empty where all have.</param>
    public void SetRows(NativeSlice<long> versions, NativeSlice<ulong> has)
    {
        Dispose();
        _ofRows = BlockStore<long>.Copy(versions, Limits.BlockRows, stride: 1);
        if (!has.IsEmpty)
        {
            _has = RowMask.Copy(has, versions.Length);
            return;
        }

        _has = RowMask.Store();
        for (long row = 0; row < versions.Length; row += Limits.BlockRows)
        {
            RowMask.SetRange(_has, (uint)row, (int)Math.Min(Limits.BlockRows, versions.Length - row));
        }
    }

    /// <summary>Sets the version of a row that nobody reads.</summary>
    public void SetRow(uint row, long? version)
    {
        RowMask.Set(_has, row, version is not null);
        if (version is { } known)
        {
            _ofRows.Write(row)[0] = known;
        }
    }

    /// <summary>Sets the version of an item that is gone; null: it has none, or is there.</summary>
    public void SetGone(ItemId id, long? version)
    {
        if (version is { } known)
        {
            _gone[id] = known;
        }
        else if (_gone.Count > 0)
        {
            _gone.Remove(id);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ofRows.Dispose();
        _has.Dispose();
    }
}
