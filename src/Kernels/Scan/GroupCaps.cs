using System.Numerics;
using Linr.Kernels.Filter;

namespace Linr.Kernels.Scan;

/// <summary>
/// Counts hits by group while a sorted list is walked: a small open-addressing table of codes. Cleared by a stamp, so
/// that a walk costs its own length.
/// </summary>
internal sealed unsafe class GroupCaps
{
    private uint[] _codes = [];
    private int[] _counts = [];
    private float[] _lowest = [];
    private int[] _stamps = [];
    private int _stamp;
    private int _mask;
    private int _cap;

    /// <summary>Forgets all groups; at most <paramref name="groupsMax"/> follow.</summary>
    public void Clear(int groupsMax, int cap)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)groupsMax + 1) * 2;
        ScanArrays.Grow(ref _codes, size);
        ScanArrays.Grow(ref _counts, size);
        ScanArrays.Grow(ref _lowest, size);
        ScanArrays.Grow(ref _stamps, size);
        _mask = size - 1;
        _cap = cap;
        _stamp++;
    }

    /// <summary>Takes the next hit of a group in falling order, unless the group is full.</summary>
    public bool TryTake(uint code, float score)
    {
        int place = Find(code);
        if (_stamps[place] != _stamp)
        {
            (_stamps[place], _codes[place], _counts[place]) = (_stamp, code, 0);
        }

        if (_counts[place] == _cap)
        {
            return false;
        }

        _counts[place]++;
        _lowest[place] = score;
        return true;
    }

    /// <summary>
    /// Keeps, of words in falling order, the first <paramref name="k"/> of those that are among the
    /// <paramref name="cap"/> best of their group, at the front; returns how many.
    /// </summary>
    public int Take(Span<ulong> sorted, ReadOnlySpan<ColumnBlock> groups, int cap, int k)
    {
        Clear(sorted.Length, cap);
        int taken = 0;
        foreach (ulong word in sorted)
        {
            if (taken < k && TryTake(CodeOf(groups, ScoredRow.Row(word)), ScoredRow.Score(word)))
            {
                sorted[taken++] = word;
            }
        }

        return taken;
    }

    /// <summary>The score that a row must reach to enter its group: minus infinity while there is room.</summary>
    public float Cut(uint code)
    {
        int place = Find(code);
        return _stamps[place] == _stamp && _counts[place] == _cap ? _lowest[place] : float.NegativeInfinity;
    }

    /// <summary>The group code of a row.</summary>
    public static uint CodeOf(ReadOnlySpan<ColumnBlock> blocks, uint row)
    {
        ColumnBlock block = blocks[(int)(row / ScanSegment.BlockRows)];
        long position = row % ScanSegment.BlockRows;
        return block.Element switch
        {
            ColumnElement.Code8 => ((byte*)block.Values)[position],
            ColumnElement.Code16 => ((ushort*)block.Values)[position],
            _ => ((uint*)block.Values)[position],
        };
    }

    private int Find(uint code)
    {
        int place = (int)((code * 2654435769u) >> 7) & _mask;
        while (_stamps[place] == _stamp && _codes[place] != code)
        {
            place = (place + 1) & _mask;
        }

        return place;
    }
}
