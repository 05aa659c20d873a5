using System.Runtime.InteropServices;

namespace Linr.Index.Device;

/// <summary>
/// Which elements of a heap of rows' values are free: those behind all that were ever taken, and those of rows that have
/// other values since, by their number.
/// </summary>
/// <param name="used">Elements that are taken at first.</param>
/// <param name="room">Elements in all.</param>
internal sealed class HeapSpace(long used, long room)
{
    private readonly Dictionary<int, Stack<long>> _free = [];
    private readonly Dictionary<uint, (long Start, int Count)> _runs = [];
    private long _used = used;

    /// <summary>Takes elements for a row, whose earlier ones nobody reads any more.</summary>
    /// <param name="row">The row.</param>
    /// <param name="count">How many.</param>
    /// <param name="start">The first.</param>
    /// <returns>Whether there are so many.</returns>
    public bool TryTake(uint row, int count, out long start)
    {
        start = 0;
        if (_runs.Remove(row, out (long Start, int Count) had) && had.Count > 0)
        {
            ref Stack<long>? free = ref CollectionsMarshal.GetValueRefOrAddDefault(_free, had.Count, out _);
            (free ??= []).Push(had.Start);
        }

        if (count > 0 && _free.TryGetValue(count, out Stack<long>? fitting) && fitting.TryPop(out long reused))
        {
            start = reused;
        }
        else if (_used + count <= room)
        {
            start = _used;
            _used += count;
        }
        else
        {
            return false;
        }

        _runs[row] = (start, count);
        return true;
    }
}
