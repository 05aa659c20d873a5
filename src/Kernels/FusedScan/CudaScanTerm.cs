using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// One embedding of a weighted sum as the scan reads it, and what the batch's queries are with it: addresses of arrays
/// in device memory, which the caller owns.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaScanTerm
{
    private readonly ulong _rows;
    private readonly ulong _norms;
    private readonly ulong _originals;
    private readonly ulong _factors;
    private readonly ulong _weights;
    private readonly ulong _scales;
    private readonly uint _rowBytes;
    private readonly uint _dim;
    private readonly uint _metric;
    private readonly uint _element;
    private readonly uint _firstChunk;
    private readonly uint _unused;

    /// <summary>A term.</summary>
    /// <param name="embedding">The rows.</param>
    /// <param name="originals">[query][D], as the caller gave them.</param>
    /// <param name="factors">[query]: what takes the scale of the packed query back.</param>
    /// <param name="weights">[query].</param>
    /// <param name="firstByte">Where the packed query begins in that of all terms.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public CudaScanTerm(
        CudaEmbedding embedding,
        DeviceSlice<float> originals,
        DeviceSlice<float> factors,
        DeviceSlice<float> weights,
        int firstByte)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        bool hasNorms = !embedding.Norms.IsEmpty;
        if (originals.Length != factors.Length * embedding.Dim || weights.Length != factors.Length
            || firstByte % FusedScan.StageBytesPerRow != 0 || (!hasNorms && embedding.Metric == ScanMetric.Euclidean))
        {
            throw new ArgumentException(
                $"Expected queries of {embedding.Dim} elements, a factor and a weight for each, and norms for euclidean "
                + $"rows; found {originals.Length} floats, {factors.Length} factors, {weights.Length} weights, "
                + $"{embedding.Norms.Length} norms.");
        }

        _rows = embedding.Rows.Address;
        _norms = hasNorms && embedding.Metric != ScanMetric.Dot ? embedding.Norms.Address : 0;
        (_originals, _factors, _weights) = (originals.Address, factors.Address, weights.Address);
        _scales = embedding.Scales.IsEmpty ? 0 : embedding.Scales.Address;
        (_rowBytes, _dim) = ((uint)embedding.RowBytes, (uint)embedding.Dim);
        (_metric, _element) = ((uint)embedding.Metric, (uint)embedding.Element);
        _firstChunk = (uint)(firstByte / FusedScan.StageBytesPerRow);
        _unused = 0;
    }
}
