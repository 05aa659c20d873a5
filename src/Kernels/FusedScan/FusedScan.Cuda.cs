using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Launches the scan; one for a context and an element. Launches allocate nothing.</summary>
public sealed class FusedScanCuda : IDisposable
{
    private const int ThreadsPerGroup = 32 * FusedScan.RowWarps;
    private const int TileRows = 16 * FusedScan.RowWarps;
    private static readonly int[] s_variants = [8, 16, 32, 64];
    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly ScanBoundsCuda _bounds;
    private readonly CudaKernel[] _kernels;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device's context.</param>
    /// <param name="element">What rows are made of.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public FusedScanCuda(CudaContext context, CudaElement element)
    {
        ArgumentNullException.ThrowIfNull(context);
        _device = context.Device;
        _module = new CudaModule(context, "FusedScan", CudaImages.Find("FusedScan", _device.ComputeCapability));
        string kind = element switch
        {
            CudaElement.Float32 => "float",
            CudaElement.Float16 => "half",
            _ => "bfloat",
        };
        _bounds = new ScanBoundsCuda(context);
        _kernels = [.. s_variants.Select(queries => _module.GetKernel($"scan_{kind}_{queries}"))];
        foreach (CudaKernel kernel in _kernels)
        {
            kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        }
    }

    /// <summary>Queries that one launch takes: their packed form stays in the shared memory of a block.</summary>
    /// <param name="queryBytes">Bytes of a packed query.</param>
    public int QueriesPerLaunch(int queryBytes)
    {
        int count = FusedScan.QueriesMax;
        while (count > 8 && (SharedBytes(count, queryBytes) > _device.SharedBytesPerBlockMax
            || (queryBytes > FusedScan.StageBytesPerRow && count > 128)))
        {
            count /= 2;
        }

        return count;
    }

    /// <summary>Enqueues the scores of a sample, or the scan.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="table">One table.</param>
    /// <param name="batch">What <paramref name="shape"/> says, in device memory.</param>
    /// <param name="shape">The batch's counts and whether it is a sample's.</param>
    /// <exception cref="ArgumentException">More queries than a launch takes.</exception>
    public void Launch(
        CudaStream stream, DeviceSlice<CudaScanTable> table, DeviceSlice<CudaScanBatch> batch, in CudaScanBatch shape)
    {
        int queryCount = shape.QueryCount;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(queryCount, QueriesPerLaunch(shape.QueryBytes), nameof(shape));
        int variant = Variant(queryCount);
        uint threads = (uint)(queryCount > 64 ? 2 * ThreadsPerGroup : ThreadsPerGroup);
        int sharedBytes = SharedBytes(queryCount, shape.QueryBytes);
        int blocks = _device.Multiprocessors * _kernels[variant].BlocksPerMultiprocessor((int)threads, sharedBytes);
        _kernels[variant].Launch(new LaunchShape((uint)blocks, threads, (uint)sharedBytes), stream, table, batch);
    }

    /// <summary>Enqueues what the scan needs of a sample's scores: the first cut and the levels above it.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The sample's batch.</param>
    /// <param name="cuts">[query]: a score that k rows of the sample reach, or minus infinity.</param>
    /// <param name="lowest">[query]: the lowest score that is asked for, or minus infinity.</param>
    /// <param name="levelBases">[query], written.</param>
    /// <param name="levelShifts">[query], written.</param>
    public void Begin(
        CudaStream stream,
        DeviceSlice<CudaScanBatch> batch,
        DeviceSlice<float> cuts,
        DeviceSlice<float> lowest,
        DeviceSlice<uint> levelBases,
        DeviceSlice<uint> levelShifts)
        => _bounds.Begin(stream, batch, cuts, lowest, levelBases, levelShifts);

    /// <summary>
    /// Enqueues the same of a batch with a cap on groups: its first cuts are what the sample's rows tell.
    /// </summary>
    /// <param name="stream">Where.</param>
    /// <param name="table">The sample's table.</param>
    /// <param name="batch">The sample's batch.</param>
    /// <param name="shape">Its counts.</param>
    /// <param name="lowest">[query]: the lowest score that is asked for, or minus infinity.</param>
    /// <param name="levelBases">[query], written.</param>
    /// <param name="levelShifts">[query], written.</param>
    public void BeginGroups(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape,
        DeviceSlice<float> lowest,
        DeviceSlice<uint> levelBases,
        DeviceSlice<uint> levelShifts)
        => _bounds.BeginGroups(
            stream,
            batch,
            table.Cast<uint>().Slice(CudaScanTable.RowCountPlace, 1),
            Variant(shape.QueryCount) < 2 ? TileRows : 2 * TileRows,
            lowest,
            levelBases,
            levelShifts);

    /// <summary>Enqueues what follows a scan: its counts and its cuts as floats.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The scan's batch.</param>
    /// <param name="cuts">[query], written: no row below it is among the best K.</param>
    public void End(CudaStream stream, DeviceSlice<CudaScanBatch> batch, DeviceSlice<float> cuts)
        => _bounds.End(stream, batch, cuts);

    /// <summary>Enqueues the same of a batch with a cap on groups.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The scan's batch.</param>
    /// <param name="cuts">[query], written: no row below it is among the best K.</param>
    public void EndGroups(CudaStream stream, DeviceSlice<CudaScanBatch> batch, DeviceSlice<float> cuts)
        => _bounds.EndGroups(stream, batch, cuts);

    /// <inheritdoc/>
    public void Dispose()
    {
        _module.Dispose();
        _bounds.Dispose();
    }

    private static int Variant(int queryCount) => queryCount switch { <= 8 => 0, <= 16 => 1, <= 32 => 2, _ => 3 };

    private static int SharedBytes(int queryCount, int queryBytes)
    {
        int variant = Variant(queryCount);
        int group = 8 << variant;
        int padded = (queryCount + group - 1) / group * group;
        int stages = variant switch
        {
            < 2 => FusedScan.Stages1,
            2 => 2 * FusedScan.Stages2,
            _ => 2 * FusedScan.Stages3,
        };
        int warps = FusedScan.RowWarps * (queryCount > 64 ? 2 : 1);
        return (stages * FusedScan.RowWarps * 16 * FusedScan.StageBytesPerRow)
            + (padded * (queryBytes + (2 * sizeof(float))))
            + (warps * FusedScan.QueueLength * (sizeof(ulong) + sizeof(uint)));
    }
}
