namespace Linr.Kernels.Scan;

/// <summary>
/// The units of a scan, consecutive rows of one block, in scattered order: a catalogue that is sorted by time or by
/// score must not make every row beat the ones before it. Threads take units from one counter.
/// </summary>
internal sealed class UnitOrder
{
    /// <summary>
    /// Rows of a unit at most, a power of two: where one row in a thousand passes there are still enough to read ahead.
    /// </summary>
    public const int UnitRowsMax = 16_384;

    private const int UnitRowsMin = 256;
    private const int UnitsPerThread = 16;
    private const double GoldenRatio = 0.6180339887498949;

    private long _next;
    private long _step;
    private long _rowCount;
    private int _unitRows;

    /// <summary>Units of the scan.</summary>
    public long Count { get; private set; }

    /// <summary>Starts a scan.</summary>
    public void Reset(long rowCount, int threadCount)
    {
        _rowCount = rowCount;
        _unitRows = UnitRowsMax;
        while (_unitRows > UnitRowsMin && rowCount < (long)_unitRows * threadCount * UnitsPerThread)
        {
            _unitRows /= 2;
        }

        Count = (rowCount + _unitRows - 1) / _unitRows;
        _step = Math.Max(1, (long)(Count * GoldenRatio));
        while (Gcd(_step, Count) > 1)
        {
            _step++;
        }

        Volatile.Write(ref _next, 0);
    }

    /// <summary>Takes the next unit; false when there is none left.</summary>
    public bool TryTake(out UnitRows unit)
    {
        long taken = Interlocked.Increment(ref _next) - 1;
        if (taken >= Count)
        {
            unit = default;
            return false;
        }

        long first = taken * _step % Count * _unitRows;
        int block = (int)(first / ScanSegment.BlockRows);
        int count = (int)Math.Min(_unitRows, _rowCount - first);
        unit = new UnitRows(block, (int)(first % ScanSegment.BlockRows), count);
        return true;
    }

    private static long Gcd(long left, long right) => right == 0 ? left : Gcd(right, left % right);
}
