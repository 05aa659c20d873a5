using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// What comes before and after a scan: its first cuts and levels, and its counts and last cuts. One for a context;
/// launches allocate nothing.
/// </summary>
public sealed class ScanBoundsCuda : IDisposable
{
    private const int EndWarps = 8;

    private readonly CudaModule _module;
    private readonly CudaKernel _begin;
    private readonly CudaKernel _beginTiles;
    private readonly CudaKernel _end;
    private readonly CudaKernel _beginGroups;
    private readonly CudaKernel _endGroups;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device's context.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public ScanBoundsCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        byte[] image = CudaImages.Find("ScanBounds", context.Device.ComputeCapability);
        _module = new CudaModule(context, "ScanBounds", image);
        _begin = _module.GetKernel("scan_begin");
        _beginTiles = _module.GetKernel("scan_begin_tiles");
        _end = _module.GetKernel("scan_end");
        _beginGroups = _module.GetKernel("scan_begin_groups");
        _endGroups = _module.GetKernel("scan_end_groups");
    }

    /// <summary>Enqueues what the scan needs of a sample's scores: the first cut and the levels above it.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The sample's batch.</param>
    /// <param name="cuts">
    /// [query][part]: a score that as many rows of a part reach that k do of all parts, or minus infinity.
    /// </param>
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
        => Begin(stream, batch, cuts, lowest, levelBases, levelShifts, default, default, default, withDense: true);

    /// <summary>The same where each query is scanned in a way of its own.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The sample's batch.</param>
    /// <param name="cuts">[query][part].</param>
    /// <param name="lowest">[query].</param>
    /// <param name="levelBases">[query], written.</param>
    /// <param name="levelShifts">[query], written.</param>
    /// <param name="ways">[query]; empty: all rows are scanned for all queries.</param>
    /// <param name="denseCuts">[query]: the cuts of those that all rows are scanned for are written here too.</param>
    /// <param name="listCuts">[query]: those of others.</param>
    /// <param name="withDense">Whether those that all rows are scanned for are meant.</param>
    internal void Begin(
        CudaStream stream,
        DeviceSlice<CudaScanBatch> batch,
        DeviceSlice<float> cuts,
        DeviceSlice<float> lowest,
        DeviceSlice<uint> levelBases,
        DeviceSlice<uint> levelShifts,
        DeviceSlice<SearchWay> ways,
        DeviceSlice<uint> denseCuts,
        DeviceSlice<uint> listCuts,
        bool withDense)
        => _begin.Launch(
            new LaunchShape((uint)levelBases.Length, 1024, 2 * sizeof(uint)),
            stream,
            batch,
            cuts,
            lowest,
            levelBases,
            levelShifts,
            ways,
            (withDense ? 1u << (int)SearchWay.Dense : 0) | (1u << (int)SearchWay.Listed),
            denseCuts,
            listCuts);

    /// <summary>Enqueues what a scan by estimate needs of a sample of tiles: its first cuts and the levels above.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="sample">The sample's batch; queries whose cut is infinite there are left alone.</param>
    /// <param name="scan">The scan's, whose cuts are written.</param>
    /// <param name="rowCount">One number: rows of the table.</param>
    /// <param name="lowest">[query]: the lowest score that is asked for, or minus infinity.</param>
    /// <param name="levelBases">[query], written.</param>
    /// <param name="levelShifts">[query], written.</param>
    public void BeginTiles(
        CudaStream stream,
        DeviceSlice<CudaScanBatch> sample,
        DeviceSlice<CudaScanBatch> scan,
        DeviceSlice<uint> rowCount,
        DeviceSlice<float> lowest,
        DeviceSlice<uint> levelBases,
        DeviceSlice<uint> levelShifts)
        => _beginTiles.Launch(
            BlockAQuery(lowest.Length),
            stream,
            sample,
            scan,
            rowCount,
            (uint)WarpgroupScan.TileRows,
            lowest,
            levelBases,
            levelShifts);

    /// <summary>Enqueues what follows a scan of all rows: its counts and its cuts as floats.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The scan's batch.</param>
    /// <param name="cuts">[query], written: no row below it is among the best K.</param>
    public void End(CudaStream stream, DeviceSlice<CudaScanBatch> batch, DeviceSlice<float> cuts)
        => End(stream, batch, cuts, default, default, default, default, isEstimated: false);

    /// <summary>
    /// The same after other scans. Where fewer than K survivors reach a cut that is an estimate, the query's count
    /// becomes <see cref="FusedScan.CutTooHigh"/>, and its cut the best that is known, or the lowest score.
    /// </summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The scan's batch.</param>
    /// <param name="cuts">[query], written: no row below it is among the best K.</param>
    /// <param name="lowest">[query]: the lowest score that is asked for, or minus infinity.</param>
    /// <param name="ways">[query]; empty: all rows were scanned for all queries, and the cuts are the batch's.</param>
    /// <param name="denseCuts">[query]: the cuts of those that all rows were scanned for.</param>
    /// <param name="listCuts">[query]: those of others.</param>
    /// <param name="isEstimated">Whether cuts of a scan of all rows are estimates.</param>
    internal void End(
        CudaStream stream,
        DeviceSlice<CudaScanBatch> batch,
        DeviceSlice<float> cuts,
        DeviceSlice<float> lowest,
        DeviceSlice<SearchWay> ways,
        DeviceSlice<uint> denseCuts,
        DeviceSlice<uint> listCuts,
        bool isEstimated)
        => _end.Launch(
            new LaunchShape((uint)((cuts.Length + EndWarps - 1) / EndWarps), 32 * EndWarps),
            stream,
            batch,
            cuts,
            lowest,
            ways,
            isEstimated ? 1u : 0,
            denseCuts,
            listCuts,
            (uint)cuts.Length);

    /// <summary>Enqueues the first cuts and levels of a batch with a cap on groups.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The sample's batch.</param>
    /// <param name="rowCount">One number: rows of the table.</param>
    /// <param name="tileRows">Rows of a tile of the sample.</param>
    /// <param name="lowest">[query]: the lowest score that is asked for, or minus infinity.</param>
    /// <param name="levelBases">[query], written.</param>
    /// <param name="levelShifts">[query], written.</param>
    public void BeginGroups(
        CudaStream stream,
        DeviceSlice<CudaScanBatch> batch,
        DeviceSlice<uint> rowCount,
        int tileRows,
        DeviceSlice<float> lowest,
        DeviceSlice<uint> levelBases,
        DeviceSlice<uint> levelShifts)
        => _beginGroups.Launch(
            BlockAQuery(lowest.Length), stream, batch, rowCount, (uint)tileRows, lowest, levelBases, levelShifts);

    /// <summary>Enqueues what follows a scan of all rows with a cap on groups.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The scan's batch.</param>
    /// <param name="cuts">[query], written: no row below it is among the best K.</param>
    public void EndGroups(CudaStream stream, DeviceSlice<CudaScanBatch> batch, DeviceSlice<float> cuts)
        => EndGroups(stream, batch, cuts, default, default, default, default);

    /// <summary>The same after other scans.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="batch">The scan's batch.</param>
    /// <param name="cuts">[query], written: no row below it is among the best K.</param>
    /// <param name="lowest">[query]: the lowest score that is asked for, or minus infinity.</param>
    /// <param name="ways">[query]; empty: all rows were scanned for all queries, and the cuts are the batch's.</param>
    /// <param name="denseCuts">[query]: the cuts of those that all rows were scanned for.</param>
    /// <param name="listCuts">[query]: those of others.</param>
    internal void EndGroups(
        CudaStream stream,
        DeviceSlice<CudaScanBatch> batch,
        DeviceSlice<float> cuts,
        DeviceSlice<float> lowest,
        DeviceSlice<SearchWay> ways,
        DeviceSlice<uint> denseCuts,
        DeviceSlice<uint> listCuts)
        => _endGroups.Launch(BlockAQuery(cuts.Length), stream, batch, cuts, lowest, ways, denseCuts, listCuts);

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    private static LaunchShape BlockAQuery(long queryCount)
        => new((uint)queryCount, TopK.CudaThreads, TopK.CudaWorkBytes);
}
