namespace Linr.Kernels.Scan;

/// <summary>
/// The units of a scan, consecutive rows of one block, in scattered order: a catalogue that is sorted by time or by
/// score must not make every row beat the ones before it. In a large table a few units that follow each other stay
/// together: a processor that reads on where it stopped need not find out anew that it reads on, which for every unit
/// took a filter half as long again (Zen 5, one and four bytes a row). Threads take units from one counter.
/// </summary>
internal sealed class UnitOrder
{
    /// <summary>
    /// Rows of a unit at most, a power of two: where one row in a thousand passes there are still enough to read ahead.
    /// </summary>
    public const int UnitRowsMax = 16_384;

    private const int UnitRowsMin = 256;
    private const int UnitsPerThread = 16;
    private const int StretchUnitsMax = ScanSegment.BlockRows / UnitRowsMax;
    private const int StretchesMin = 64; // before units stay together
    private const double GoldenRatio = 0.6180339887498949;

    private long _next;
    private long _step;
    private long _rowCount;
    private int _unitRows;
    private int _stretchUnits;

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
        _stretchUnits = (int)Math.Clamp(Count / StretchesMin, 1, StretchUnitsMax);
        long stretches = StretchCount;
        _step = Math.Max(1, (long)(stretches * GoldenRatio));
        while (Gcd(_step, stretches) > 1)
        {
            _step++;
        }

        Volatile.Write(ref _next, 0);
    }

    /// <summary>Takes the next unit; false when there is none left.</summary>
    public bool TryTake(out UnitRows unit)
    {
        long stretches = StretchCount;
        while (true)
        {
            long taken = Interlocked.Increment(ref _next) - 1;
            if (taken >= stretches * _stretchUnits)
            {
                unit = default;
                return false;
            }

            long stretch = taken / _stretchUnits * _step % stretches;
            long first = ((stretch * _stretchUnits) + (taken % _stretchUnits)) * _unitRows;
            if (first < _rowCount)
            {
                int block = (int)(first / ScanSegment.BlockRows);
                int count = (int)Math.Min(_unitRows, _rowCount - first);
                unit = new UnitRows(block, (int)(first % ScanSegment.BlockRows), count);
                return true;
            }
        }
    }

    private long StretchCount => (Count + _stretchUnits - 1) / _stretchUnits;

    private static long Gcd(long left, long right) => right == 0 ? left : Gcd(right, left % right);
}
