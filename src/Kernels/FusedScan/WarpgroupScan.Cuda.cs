using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// Launches the scan of compute capability 9.0a: all rows of one embedding, by products of warpgroups. One for a context
/// and an element.
/// </summary>
internal sealed class WarpgroupScan : IDisposable
{
    /// <summary>Set to 0 where this scan is not to be taken.</summary>
    public const string Variable = "LINR_WARPGROUP_SCAN";

    /// <summary>Rows of a tile, which are the columns of a product.</summary>
    public const int TileRows = 128;

    /// <summary>
    /// A lane has two neighbouring columns of every eight of a product, so that each gets 32 neighbouring rows: a word of
    /// a mask.
    /// </summary>
    public static CudaTensorTile Tile { get; } = new(TileRows, Stretches: 4, Together: 2);

    /// <summary>Warpgroups that take tiles in turn; a fourth has the copies, the queues and the cuts.</summary>
    internal const int Consumers = 3;

    /// <summary>Survivors of a warp that wait to be written.</summary>
    internal const int QueueLength = 128;

    private const int GroupQueries = 64;
    private const int ChunkBytes = 128;
    private const int StageBytes = TileRows * ChunkBytes;
    private const int StagesMin = 4;
    private const int StagesMax = 16;
    private const int Threads = 128 * (Consumers + 1);

    private static readonly bool s_isAskedFor = Environment.GetEnvironmentVariable(Variable) != "0";
    private static readonly Version s_capability = new(9, 0);
    private static readonly Lazy<bool> s_isDriverNew = new(() => CudaDriver.Version >= new Version(12, 3));
    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel[] _kernels;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">Of a device that it <see cref="Serves"/>.</param>
    /// <param name="kind">The element, as kernels name it.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    public WarpgroupScan(CudaContext context, string kind)
    {
        _device = context.Device;
        _module = new CudaModule(context, nameof(WarpgroupScan), CudaImages.Find(nameof(WarpgroupScan), s_capability));
        _kernels = [.. Enumerable.Range(0, 3).Select(chunks => _module.GetKernel($"scan_group_{kind}_{chunks}"))];
        foreach (CudaKernel kernel in _kernels)
        {
            kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        }
    }

    /// <summary>
    /// Whether it was not turned off, a device has such products, and its driver knows the PTX (8.3) that has fences of maps.
    /// </summary>
    public static bool Serves(CudaDevice device)
        => s_isAskedFor && device.ComputeCapability == s_capability && s_isDriverNew.Value;

    /// <summary>Queries that a launch takes; 0 where rows are too long.</summary>
    /// <param name="queryBytes">Bytes of a packed query.</param>
    public int QueriesPerLaunch(int queryBytes)
    {
        // Stages of a long row are let go as they are used up, so that a second group of queries cannot have them.
        int groups = queryBytes <= 2 * ChunkBytes ? FusedScan.QueriesMax / GroupQueries : 1;
        return Stages(groups, queryBytes) >= StagesMin ? groups * GroupQueries : 0;
    }

    /// <summary>Enqueues the best of a sample of tiles, or the scan.</summary>
    public void Launch(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        int queryCount,
        int rowBytes)
    {
        int chunks = (rowBytes + ChunkBytes - 1) / ChunkBytes, groups = (queryCount + GroupQueries - 1) / GroupQueries;
        int stages = Math.Min(Stages(groups, chunks * ChunkBytes), StagesMax);
        int sharedBytes = FixedBytes(groups, chunks * ChunkBytes) + (stages * (StageBytes + (2 * sizeof(ulong))));
        _kernels[chunks <= 2 ? chunks : 0].Launch(
            new LaunchShape((uint)_device.Multiprocessors, Threads, (uint)sharedBytes),
            stream,
            table,
            batch,
            (uint)stages);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    /// <summary>Shared bytes besides the stages: queries, what is known of them, queues.</summary>
    private static int FixedBytes(int groups, int queryBytes)
    {
        const int Alignment = 1024;
        const int QueryFactsBytes = 32;
        const int QueueEndsBytes = 16;
        int queues = 4 * Consumers * (QueueEndsBytes + (QueueLength * (sizeof(ulong) + sizeof(uint))));
        const int NumbersBytes = 32 * sizeof(ulong);
        int queries = groups * GroupQueries * (queryBytes + QueryFactsBytes + sizeof(float));
        return Alignment + NumbersBytes + queues + queries + sizeof(ulong);
    }

    private int Stages(int groups, int queryBytes)
        => (_device.SharedBytesPerBlockMax - FixedBytes(groups, queryBytes)) / (StageBytes + (2 * sizeof(ulong)));
}
