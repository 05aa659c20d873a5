using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// The rows of one embedding as the scan reads them, in device memory: it is read when a launch runs, so that a
/// captured launch follows a table that changes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaScanTable
{
    /// <summary>Where the row count stands, in words of 32 bits.</summary>
    internal const int RowCountPlace = 4;

    private readonly ulong _rows;
    private readonly ulong _norms;
    private readonly uint _rowCount;
    private readonly uint _rowBytes;
    private readonly uint _dim;
    private readonly uint _metric;
    private readonly ulong _scales;
    private readonly float _scaleMax;
    private readonly float _unused;
    private readonly Reserve _reserve;
    private readonly CudaTensorMap _map;

    /// <summary>A table.</summary>
    /// <param name="metric">How a query and a row give a score.</param>
    /// <param name="rows">[row][rowBytes].</param>
    /// <param name="rowBytes">
    /// A row padded to a multiple of <see cref="FusedScan.RowAlignment"/>; of codes, whole words.
    /// </param>
    /// <param name="dim">Elements of a row, D.</param>
    /// <param name="norms">
    /// A norm a row: of cosine rows unless they were normalised, and of euclidean rows; else empty.
    /// </param>
    /// <param name="rowCount">Rows in use.</param>
    /// <param name="map">What <see cref="FusedScanCuda.Map"/> gave for the rows.</param>
    /// <param name="scales">
    /// A scale a row, of <see cref="CudaElement.Int8"/>, with room for as many rows as there is for these; else empty.
    /// </param>
    /// <param name="scaleMax">No scale is larger; read only where there are some.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public CudaScanTable(
        ScanMetric metric,
        DeviceSlice<byte> rows,
        int rowBytes,
        int dim,
        DeviceSlice<float> norms,
        uint rowCount,
        in CudaTensorMap map,
        DeviceSlice<Half> scales = default,
        float scaleMax = float.PositiveInfinity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dim);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowBytes);
        bool isAligned = rowBytes % FusedScan.RowAlignment == 0
            || (rowBytes % sizeof(ulong) == 0 && rowBytes * 8 == dim);
        if (!isAligned || rows.Length < (long)rowBytes * rowCount
            || (!norms.IsEmpty && norms.Length < rowCount)
            || (!scales.IsEmpty && scales.Length < FusedScan.RoomFor(rowCount))
            || (metric == ScanMetric.Euclidean && norms.IsEmpty))
        {
            throw new ArgumentException(
                $"Expected rows of a multiple of {FusedScan.RowAlignment} bytes, {rowCount} of them, and as many "
                + $"norms where the metric needs them; found {rowBytes} bytes a row, {rows.Length} bytes of rows, "
                + $"{norms.Length} norms, {scales.Length} scales, {metric}.");
        }

        _rows = rows.Address;
        _norms = norms.IsEmpty || metric == ScanMetric.Dot ? 0 : norms.Address;
        _rowCount = rowCount;
        _rowBytes = (uint)rowBytes;
        _dim = (uint)dim;
        _metric = (uint)metric;
        _scales = scales.IsEmpty ? 0 : scales.Address;
        _scaleMax = scaleMax;
        _map = map;
    }

    /// <summary>The map stands at a multiple of 64 bytes.</summary>
    [InlineArray(2)]
    private struct Reserve
    {
        private ulong _word;
    }
}
