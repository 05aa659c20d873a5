using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels.Filter;

/// <summary>
/// What a launch filters, as the kernel reads it from device memory when it runs: a captured launch sees what was
/// uploaded since, be it another row count or another address.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaFilterTable
{
    private readonly ulong _rowCount;
    private readonly ulong _live;
    private readonly ulong _columns;
    private readonly ulong _unused;

    /// <summary>A table.</summary>
    /// <param name="rowCount">How many rows, N; no column or mask may have room for fewer.</param>
    /// <param name="live">A bit a row that may pass, lowest bit first; empty where all may.</param>
    /// <param name="columns">The columns, by the numbers that <see cref="CudaFilterPlans.Append"/> is given.</param>
    /// <exception cref="ArgumentException">The live mask is shorter than the rows.</exception>
    public CudaFilterTable(long rowCount, DeviceSlice<ulong> live, DeviceSlice<CudaFilterColumn> columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowCount, uint.MaxValue);
        if (!live.IsEmpty && live.Length < (rowCount + 63) / 64)
        {
            throw new ArgumentException(
                $"Expected a live mask of {(rowCount + 63) / 64} words for {rowCount} rows, found {live.Length}.",
                nameof(live));
        }

        _rowCount = (ulong)rowCount;
        _live = live.IsEmpty ? 0 : live.Address;
        _columns = columns.IsEmpty ? 0 : columns.Address;
        _unused = 0;
    }
}
