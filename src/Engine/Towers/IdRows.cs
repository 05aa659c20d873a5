using Linr.Layers;
using Linr.Memory;

namespace Linr.Engine.Towers;

/// <summary>Finds the row of an id embedding by the item's key: the keys stand in ascending order, mapped.</summary>
/// <remarks>Two items with one key would share a row; with 64-bit hashes that is one pair in 10^19.</remarks>
internal sealed class IdRows
{
    private readonly NativeSlice<long> _keys;

    /// <summary>Rows by ascending keys.</summary>
    /// <exception cref="LayerException">The keys do not ascend, or are not one a row.</exception>
    public IdRows(LayerSpec layer, NativeSlice<long> keys, long rowCount)
    {
        if (keys.Length != rowCount)
        {
            throw new LayerException(
                $"Layer \"{layer.Name}\": expected {rowCount} keys, one a row; found {keys.Length}.");
        }

        for (long row = 1; row < keys.Length; row++)
        {
            if (keys[row] < keys[row - 1])
            {
                throw new LayerException(
                    $"Layer \"{layer.Name}\": expected ascending keys; found a lower one at {row}.");
            }
        }

        _keys = keys;
    }

    /// <summary>The row, or -1 for an item that the embedding does not know.</summary>
    public int Find(long key)
    {
        long low = 0;
        long high = _keys.Length - 1;
        while (low <= high)
        {
            long middle = low + ((high - low) / 2);
            if (_keys[middle] == key)
            {
                return (int)middle;
            }

            (low, high) = _keys[middle] < key ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }
}
