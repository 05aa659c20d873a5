using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// Launches the scan of a weighted sum of embeddings, whatever they are made of; one for a context. Launches allocate
/// nothing.
/// </summary>
public sealed class FusedScanSumCuda : IDisposable
{
    private static readonly int[] s_variants = [8, 16, 32];
    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel[] _kernels;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device's context.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public FusedScanSumCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _device = context.Device;
        _module = new CudaModule(context, "FusedScanSum", CudaImages.Find("FusedScanSum", _device.ComputeCapability));
        _kernels = [.. s_variants.Select(queries => _module.GetKernel($"scan_sum_{queries}"))];
        foreach (CudaKernel kernel in _kernels)
        {
            kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        }
    }

    /// <summary>Queries that one launch takes: their packed form stays in the shared memory of a block.</summary>
    /// <param name="queryBytes">Bytes of a packed query, of all terms together.</param>
    /// <param name="termCount">Embeddings.</param>
    /// <returns>0 where the embeddings are too many or too wide together.</returns>
    public int QueriesPerLaunch(int queryBytes, int termCount)
    {
        foreach (int count in (ReadOnlySpan<int>)[64, 32, 16, 8])
        {
            if (SharedBytes(count, queryBytes, termCount) <= _device.SharedBytesPerBlockMax)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>Enqueues the scores of a sample, or the scan.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="sum">One sum.</param>
    /// <param name="termCount">Its embeddings.</param>
    /// <param name="batch">
    /// What <paramref name="shape"/> says, in device memory; its factors are all 1, and no originals are read.
    /// </param>
    /// <param name="shape">The batch's counts.</param>
    /// <exception cref="ArgumentException">More queries than a launch takes.</exception>
    public void Launch(
        CudaStream stream,
        DeviceSlice<CudaScanSum> sum,
        int termCount,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape)
    {
        int queryCount = shape.QueryCount;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            queryCount, QueriesPerLaunch(shape.QueryBytes, termCount), nameof(shape));
        CudaKernel kernel = _kernels[Variant(queryCount)];
        int threads = ScanVariant.Of(s_variants[Variant(queryCount)]).Threads(queryCount);
        int sharedBytes = SharedBytes(queryCount, shape.QueryBytes, termCount);
        int blocks = _device.Multiprocessors * kernel.BlocksPerMultiprocessor(threads, sharedBytes);
        kernel.Launch(new LaunchShape((uint)blocks, (uint)threads, (uint)sharedBytes), stream, sum, batch);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    /// <summary>Rows of a tile of a batch.</summary>
    internal static int TileRows(int queryCount) => ScanVariant.Of(s_variants[Variant(queryCount)]).TileRows;

    private static int Variant(int queryCount) => queryCount switch { <= 8 => 0, <= 16 => 1, _ => 2 };

    private static int SharedBytes(int queryCount, int queryBytes, int termCount)
        => ScanVariant.Of(s_variants[Variant(queryCount)])
            .SharedBytes(queryCount, queryBytes + (2 * sizeof(float) * termCount));
}
