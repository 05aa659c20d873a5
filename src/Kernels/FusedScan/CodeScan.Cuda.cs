using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Launches the scan of codes. One for a context.</summary>
internal sealed class CodeScan : IDisposable
{
    /// <summary>Threads of a block.</summary>
    internal const int Threads = 256;

    /// <summary>Rows of a lane, for one query.</summary>
    internal const int RowsForOne = 8;

    /// <summary>Rows of a lane, for several queries.</summary>
    internal const int RowsForSome = 4;

    /// <summary>What a warp may keep before it is written out: twice the most of a tile.</summary>
    internal const int QueueLength = 2 * 32 * RowsForSome * GroupQueries;

    /// <summary>What a block knows besides.</summary>
    internal const int FactsBytes = 64;

    /// <summary>Shared memory that queries may take: two blocks then fit a multiprocessor of 164 KiB.</summary>
    private const int QueriesBytesMax = 64 * 1024;

    private const int GroupQueries = 4;

    private readonly CudaModule _module;
    private readonly CudaKernel _one;
    private readonly CudaKernel _some;
    private readonly int _multiprocessors;

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public CodeScan(CudaContext context)
    {
        CudaDevice device = context.Device;
        byte[] image = CudaImages.Find(nameof(CodeScan), device.ComputeCapability);
        _module = new CudaModule(context, nameof(CodeScan), image);
        _one = _module.GetKernel("scan_code_1");
        _some = _module.GetKernel("scan_code_4");
        _one.AllowSharedBytes(device.SharedBytesPerBlockMax);
        _some.AllowSharedBytes(device.SharedBytesPerBlockMax);
        _multiprocessors = device.Multiprocessors;
    }

    /// <summary>Queries that a launch takes.</summary>
    /// <param name="queryBytes">Bytes of a packed query.</param>
    public static int QueriesPerLaunch(int queryBytes)
    {
        int count = FusedScan.QueriesMax;
        while (count > GroupQueries && count * queryBytes > QueriesBytesMax)
        {
            count /= 2;
        }

        return count;
    }

    /// <summary>Rows of a warp's tile.</summary>
    public static int TileRows(int queryCount) => 32 * (queryCount == 1 ? RowsForOne : RowsForSome);

    /// <summary>Enqueues the scores of a sample, or the scan.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="table">One table.</param>
    /// <param name="batch">What <paramref name="shape"/> says, in device memory.</param>
    /// <param name="shape">The batch's counts.</param>
    /// <param name="isTiled">Whether <see cref="CodeTiles"/> scans for queries that are codes.</param>
    public void Launch(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape,
        bool isTiled)
    {
        CudaKernel kernel = shape.QueryCount == 1 ? _one : _some;
        int padded = (shape.QueryCount + GroupQueries - 1) / GroupQueries * GroupQueries;
        int sharedBytes = FactsBytes + (padded * (shape.QueryBytes + (2 * sizeof(int))))
            + (Threads / 32 * ((QueueLength * sizeof(ulong)) + (32 * (sizeof(ulong) + sizeof(uint)))));
        int blocks = _multiprocessors * kernel.BlocksPerMultiprocessor(Threads, sharedBytes);
        kernel.Launch(new LaunchShape((uint)blocks, Threads, (uint)sharedBytes), stream, table, batch, isTiled ? 1u : 0u);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
