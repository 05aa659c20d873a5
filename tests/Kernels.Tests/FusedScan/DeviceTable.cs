using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests;

/// <summary>Rows in device memory, and as floats on the host.</summary>
internal sealed class DeviceTable : IDisposable
{
    private readonly DeviceBuffer<byte> _rows;
    private readonly DeviceBuffer<float> _norms;
    private readonly DeviceBuffer<Half> _scales;

    public DeviceTable(
        CudaContext context, CudaStream stream, CudaElement element, ScanMetric metric, int dim, float[] values)
    {
        (Element, Metric, Dim) = (element, metric, dim);
        RowCount = values.Length / dim;
        int rowBytes = CudaEmbedding.RowBytesOf(dim, element);
        byte[] bytes = new byte[rowBytes * FusedScan.RoomFor(RowCount)];
        bytes.AsSpan(rowBytes * RowCount).Fill(byte.MaxValue); // NaN, which nobody may see
        Values = new float[values.Length];
        float[] norms = new float[RowCount];
        Half[] scales = new Half[FusedScan.RoomFor(RowCount)];
        for (int row = 0; row < RowCount; row++)
        {
            Span<float> own = Values.AsSpan(row * dim, dim);
            scales[row] = DeviceRows.Write(
                values.AsSpan(row * dim, dim), element, metric, bytes.AsSpan(row * rowBytes, rowBytes), own);
            norms[row] = (float)Math.Sqrt(CanonicalScore.DotReference(own, own));
        }

        NormMax = norms.Max();
        _rows = new DeviceBuffer<byte>(context, bytes.Length, "rows");
        _norms = new DeviceBuffer<float>(context, norms.Length, "norms");
        _scales = new DeviceBuffer<Half>(context, FusedScan.RoomFor(RowCount), "scales");
        stream.Upload<byte>(bytes, _rows.Slice());
        stream.Upload<float>(norms, _norms.Slice());
        stream.Upload<Half>(scales, _scales.Slice());
        RowBytes = rowBytes;
        Table = new CudaScanTable(
            metric,
            _rows.Slice(),
            rowBytes,
            dim,
            _norms.Slice(),
            (uint)RowCount,
            FusedScanCuda.Map(context, element, _rows.Slice(), rowBytes),
            _scales.Slice());
    }

    public CudaElement Element { get; }

    public ScanMetric Metric { get; }

    public int Dim { get; }

    public int RowCount { get; }

    public int RowBytes { get; }

    public float NormMax { get; }

    /// <summary>The rows as the device has them.</summary>
    public float[] Values { get; }

    public CudaScanTable Table { get; }

    /// <summary>The table as the canonical scores of a batch read it.</summary>
    /// <param name="queries">[query][D], on the device.</param>
    /// <param name="squaredNorms">[query], of cosine.</param>
    /// <param name="weights">[query], or none.</param>
    public CudaScoreSegment Segment(
        DeviceSlice<float> queries, DeviceSlice<double> squaredNorms, DeviceSlice<float> weights = default)
        => new(
            Metric,
            Element,
            Dim,
            _rows.Slice(),
            RowBytes,
            queries,
            Metric == ScanMetric.Cosine ? squaredNorms : default,
            weights,
            _scales.Slice());

    public float Score(ReadOnlySpan<float> query, int row)
    {
        ReadOnlySpan<float> values = Values.AsSpan(row * Dim, Dim);
        return CanonicalScore.Round(Metric switch
        {
            ScanMetric.Dot => CanonicalScore.DotReference(query, values),
            ScanMetric.Cosine => CanonicalScore.Cosine(
                CanonicalScore.DotReference(query, values),
                CanonicalScore.DotReference(query, query),
                CanonicalScore.DotReference(values, values)),
            _ => -CanonicalScore.SquaredDistanceReference(query, values),
        });
    }

    public void Dispose()
    {
        _rows.Dispose();
        _norms.Dispose();
        _scales.Dispose();
    }
}
