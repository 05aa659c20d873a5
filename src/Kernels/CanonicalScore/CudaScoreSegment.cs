using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// One term of a weighted sum as the kernel reads it: addresses of arrays in device memory, which the caller owns.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaScoreSegment
{
    private readonly ulong _rows;
    private readonly ulong _queries;
    private readonly ulong _squaredNorms;
    private readonly ulong _weights;
    private readonly uint _dim;
    private readonly uint _element;
    private readonly uint _metric;
    private readonly uint _rowBytes;
    private readonly ulong _scales;

    /// <summary>A term.</summary>
    /// <param name="metric">How a query and a row give a score.</param>
    /// <param name="element">What the rows are made of.</param>
    /// <param name="dim">Elements of a row, D.</param>
    /// <param name="rows">[row][<paramref name="rowBytes"/>].</param>
    /// <param name="rowBytes">Bytes from a row to the next: D elements, and what pads them.</param>
    /// <param name="queries">[query][D].</param>
    /// <param name="squaredNorms">[query], the dot product of each query with itself; empty unless cosine.</param>
    /// <param name="weights">[query]; empty where each is 1.</param>
    /// <param name="scales">[row], of <see cref="CudaElement.Int8"/>; else empty.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public CudaScoreSegment(
        ScanMetric metric,
        CudaElement element,
        int dim,
        DeviceSlice<byte> rows,
        int rowBytes,
        DeviceSlice<float> queries,
        DeviceSlice<double> squaredNorms,
        DeviceSlice<float> weights,
        DeviceSlice<Half> scales = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dim);
        long queryCount = queries.Length / dim;
        long squaredNormCount = metric == ScanMetric.Cosine ? queryCount : 0;
        int elementBytes = Math.Max(1, element.Bytes(1));
        if (rowBytes < element.Bytes(dim) || rowBytes % elementBytes != 0 || rows.Length % rowBytes != 0
            || queries.Length % dim != 0
            || (scales.IsEmpty ? element == CudaElement.Int8 : scales.Length < rows.Length / rowBytes)
            || squaredNorms.Length != squaredNormCount || (weights.Length != 0 && weights.Length != queryCount))
        {
            throw new ArgumentException(
                $"Expected whole rows of {rowBytes} bytes and queries of {dim} elements, {squaredNormCount} squared norms and a weight a "
                + $"query or none; found {rows.Length} bytes of rows, {queries.Length} floats of queries, "
                + $"{squaredNorms.Length} squared norms, {weights.Length} weights, {scales.Length} scales.");
        }

        _rows = rows.Address;
        _queries = queries.Address;
        _squaredNorms = squaredNorms.Address;
        _weights = weights.IsEmpty ? 0 : weights.Address;
        _dim = (uint)dim;
        _element = (uint)element;
        _metric = (uint)metric;
        _rowBytes = (uint)rowBytes;
        _scales = scales.IsEmpty ? 0 : scales.Address;
    }
}
