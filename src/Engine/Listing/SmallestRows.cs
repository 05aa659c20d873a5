using System.Numerics;
using Linr.Index.Columns;
using Linr.Index.Ids;

namespace Linr.Engine.Listing;

/// <summary>
/// The rows with the smallest keys and ids of those that it is given, so many at most: it keeps twice as many, and now
/// and then only the smaller half.
/// </summary>
/// <param name="ids">The ids by row.</param>
/// <param name="count">Rows to keep.</param>
/// <param name="after">Only rows with larger ids, by key and id, are taken; null: all.</param>
internal sealed class SmallestRows(IdColumn ids, int count, ItemId? after)
{
    // So that few rows are not sorted again and again.
    private const int RoomMin = 1_024;

    private readonly long[] _keys = new long[count + Math.Max(count, RoomMin)];
    private readonly uint[] _rows = new uint[count + Math.Max(count, RoomMin)];
    private readonly long _afterKey = after?.Key ?? long.MinValue;
    private int _length;

    // No row with a larger key is one of those to keep.
    private long _keyMax = long.MaxValue;

    /// <summary>Takes the rows of a mask.</summary>
    /// <param name="firstRow">The row of its first bit.</param>
    /// <param name="mask">64 rows a word.</param>
    public void Add(uint firstRow, ReadOnlySpan<ulong> mask)
    {
        for (int word = 0; word < mask.Length; word++)
        {
            for (ulong left = mask[word]; left != 0; left &= left - 1)
            {
                uint row = firstRow + (uint)((word * RowMask.WordRows) + BitOperations.TrailingZeroCount(left));
                long key = ids.Key(row);
                if (key >= _afterKey && key <= _keyMax && IsAfter(row, key))
                {
                    Add(row, key);
                }
            }
        }
    }

    /// <summary>Takes the rows of another.</summary>
    public void Add(SmallestRows other)
    {
        for (int i = 0; i < other._length; i++)
        {
            if (other._keys[i] <= _keyMax)
            {
                Add(other._rows[i], other._keys[i]);
            }
        }
    }

    /// <summary>The rows, the smallest first; valid until more are taken.</summary>
    public ReadOnlySpan<uint> Sorted()
    {
        Shrink();
        return _rows.AsSpan(0, _length);
    }

    private bool IsAfter(uint row, long key)
        => after is not { } id || key > _afterKey || ids.Read(row).CompareTo(id) > 0;

    private void Add(uint row, long key)
    {
        if (_length == _rows.Length)
        {
            Shrink();
            if (key > _keyMax)
            {
                return;
            }
        }

        (_keys[_length], _rows[_length]) = (key, row);
        _length++;
    }

    private void Shrink()
    {
        Array.Sort(_keys, _rows, 0, _length);
        for (int first = 0, end; first < _length; first = end)
        {
            end = first + 1;
            while (end < _length && _keys[end] == _keys[first])
            {
                end++;
            }

            if (end - first > 1)
            {
                _rows.AsSpan(first, end - first).Sort(ids.CompareIds);
            }
        }

        if (_length >= count)
        {
            _length = count;
            _keyMax = _keys[count - 1];
        }
    }
}
