using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>One embedding of every row in device memory, which the caller owns.</summary>
/// <param name="Element">What rows are made of.</param>
/// <param name="Metric">How a query and a row give a score.</param>
/// <param name="Dim">Elements of a row, D.</param>
/// <param name="Rows">
/// [row][<see cref="RowBytes"/>], zero past D; room for a multiple of <see cref="FusedScan.RoomRows"/>.
/// </param>
/// <param name="Norms">
/// [row]: the norms of cosine rows that were not normalised before, and of euclidean rows; else empty.
/// </param>
/// <param name="NormMax">No row's norm is larger; 1 for cosine rows.</param>
public sealed record CudaEmbedding(
    CudaElement Element,
    ScanMetric Metric,
    int Dim,
    DeviceSlice<byte> Rows,
    DeviceSlice<float> Norms,
    float NormMax)
{
    /// <summary>
    /// Bytes of a row: D elements, padded to <see cref="FusedScan.RowAlignment"/>, twice that of whole numbers, or
    /// whole words of bits.
    /// </summary>
    public int RowBytes => RowBytesOf(Dim, Element);

    /// <summary>[row]: what the values of <see cref="CudaElement.Int8"/> are times; else empty.</summary>
    public DeviceSlice<Half> Scales { get; init; }

    /// <summary>No scale is larger; the nearer, the fewer are read of rows that lie anywhere.</summary>
    public float ScaleMax { get; init; } = float.PositiveInfinity;

    /// <summary>Bytes of a row in device memory.</summary>
    /// <param name="dim">Elements of a row, D.</param>
    /// <param name="element">What rows are made of.</param>
    public static int RowBytesOf(int dim, CudaElement element)
        => (element.Bytes(dim) + element.RowAlignment() - 1) / element.RowAlignment() * element.RowAlignment();
}
