using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Launches the scan; one for a context and an element. Launches allocate nothing.</summary>
public sealed class FusedScanCuda : IDisposable
{
    private static readonly int[] s_variants = [8, 16, 32, 64];
    private readonly CudaModule? _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel[] _kernels = [];
    private readonly WarpgroupScan? _warpgroups;
    private readonly CodeScan? _codes;
    private readonly CodeTiles? _codeTiles;
    private readonly Int8Tiles? _int8Tiles;
    private readonly Int8List? _int8List;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device's context.</param>
    /// <param name="element">What rows are made of.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public FusedScanCuda(CudaContext context, CudaElement element)
    {
        ArgumentNullException.ThrowIfNull(context);
        _device = context.Device;
        if (element == CudaElement.SignCode)
        {
            _codes = new CodeScan(context);
            _codeTiles = WarpRings.Serves(_device) ? new CodeTiles(context) : null;
            return;
        }

        _module = new CudaModule(context, "FusedScan", CudaImages.Find("FusedScan", _device.ComputeCapability));
        string kind = element switch
        {
            CudaElement.Float32 => "float",
            CudaElement.Float16 => "half",
            CudaElement.Int8 => "int8",
            _ => "bfloat",
        };
        _kernels = [.. s_variants.Select(queries => _module.GetKernel($"scan_{kind}_{queries}"))];
        foreach (CudaKernel kernel in _kernels)
        {
            kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        }

        _int8List = element == CudaElement.Int8 ? new Int8List(context) : null;
        _int8Tiles = element == CudaElement.Int8 && WarpRings.Serves(_device) ? new Int8Tiles(context) : null;
        _warpgroups = element != CudaElement.Int8 && WarpgroupScan.Serves(_device)
            ? new WarpgroupScan(context, kind)
            : null;
    }

    /// <summary>How the rows lie, for <see cref="CudaScanTable"/>; nothing where the device has no use for it.</summary>
    /// <param name="context">Where the rows are.</param>
    /// <param name="element">What they are made of.</param>
    /// <param name="rows">[row][rowBytes], with room for a multiple of <see cref="FusedScan.RoomRows"/>.</param>
    /// <param name="rowBytes">A row padded to a multiple of <see cref="FusedScan.RowAlignment"/>.</param>
    /// <exception cref="ArgumentException">There is room for another number of rows.</exception>
    /// <exception cref="CudaException">The driver refused it.</exception>
    public static CudaTensorMap Map(CudaContext context, CudaElement element, DeviceSlice<byte> rows, int rowBytes)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowBytes);
        if (rows.Length % ((long)rowBytes * FusedScan.RoomRows) != 0)
        {
            throw new ArgumentException(
                $"Expected room for a multiple of {FusedScan.RoomRows} rows of {rowBytes} bytes, found {rows.Length} bytes.",
                nameof(rows));
        }

        return !WarpgroupScan.Serves(context.Device) || rows.IsEmpty
            || element is CudaElement.SignCode or CudaElement.Int8
            ? default
            : CudaTensorMap.Of(
                context,
                element switch
                {
                    CudaElement.Float32 => CudaTensorElement.Float32,
                    CudaElement.Float16 => CudaTensorElement.Float16,
                    _ => CudaTensorElement.BFloat16,
                },
                rows,
                rowBytes,
                WarpgroupScan.Tile);
    }

    /// <summary>Queries that one launch takes: their packed form stays in the shared memory of a block.</summary>
    /// <param name="queryBytes">Bytes of a packed query.</param>
    public int QueriesPerLaunch(int queryBytes)
    {
        if (_codes is not null)
        {
            return CodeScan.QueriesPerLaunch(queryBytes);
        }

        int count = FusedScan.QueriesMax;
        while (count > 8 && (SharedBytes(count, queryBytes) > _device.SharedBytesPerBlockMax
            || (queryBytes > FusedScan.StageBytesPerRow && count > 128)))
        {
            count /= 2;
        }

        int ofWarpgroups = _warpgroups?.QueriesPerLaunch(queryBytes) ?? 0;
        return ofWarpgroups == 0 ? count : Math.Min(count, Math.Max(8, ofWarpgroups));
    }

    /// <summary>Whether the best of tiles can be asked for, and cuts may rise by estimate.</summary>
    /// <param name="queryBytes">Bytes of a packed query.</param>
    public bool HasTiles(int queryBytes) => _warpgroups is not null && _warpgroups.QueriesPerLaunch(queryBytes) > 0;

    /// <summary>
    /// Enqueues the best lower bounds of the rows of some tiles from all over the table, of each query. Only where
    /// <see cref="HasTiles"/>.
    /// </summary>
    /// <param name="stream">Where.</param>
    /// <param name="table">One table.</param>
    /// <param name="batch">What <paramref name="shape"/> says, with a sample of tiles, in device memory.</param>
    /// <param name="shape">The batch's counts.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <exception cref="NotSupportedException">The device has no such scan.</exception>
    public void LaunchTiles(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape,
        int rowBytes)
    {
        if (!HasTiles(shape.QueryBytes))
        {
            throw new NotSupportedException($"{_device} has no scan by tiles for queries of {shape.QueryBytes} bytes.");
        }

        _warpgroups!.Launch(stream, table, batch, shape.QueryCount, rowBytes);
    }

    /// <summary>Enqueues the scores of a sample, or the scan.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="table">One table.</param>
    /// <param name="batch">What <paramref name="shape"/> says, in device memory.</param>
    /// <param name="shape">The batch's counts.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="isSpecial">
    /// Whether it is a sample, rows are listed, groups have a cap, rows have numbers past the coordinates of a tensor
    /// copy, or scores of whole numbers need norms.
    /// </param>
    /// <param name="isListed">Whether rows are listed, no groups have a cap, and it is no sample.</param>
    /// <exception cref="ArgumentException">More queries than a launch takes.</exception>
    public void Launch(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape,
        int rowBytes,
        bool isSpecial,
        bool isListed = false)
    {
        int queryCount = shape.QueryCount;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(queryCount, QueriesPerLaunch(shape.QueryBytes), nameof(shape));
        if (_codes is not null)
        {
            // Which of the two has to work depends on the queries.
            bool isTiled = !isSpecial && _codeTiles is not null
                && _codeTiles.TryLaunch(stream, table, batch, shape, rowBytes);
            _codes.Launch(stream, table, batch, shape, isTiled);
            return;
        }

        if (_warpgroups is not null && !isSpecial && queryCount <= _warpgroups.QueriesPerLaunch(shape.QueryBytes))
        {
            _warpgroups.Launch(stream, table, batch, queryCount, rowBytes);
            return;
        }

        if (_int8Tiles is not null && !isSpecial && _int8Tiles.TryLaunch(stream, table, batch, shape, rowBytes))
        {
            return;
        }

        if (_int8List is not null && isListed && _int8List.TryLaunch(stream, table, batch, shape, rowBytes))
        {
            return;
        }

        int variant = Variant(queryCount);
        int threads = ScanVariant.Of(s_variants[variant]).Threads(queryCount);
        int sharedBytes = SharedBytes(queryCount, shape.QueryBytes);
        int blocks = _device.Multiprocessors * _kernels[variant].BlocksPerMultiprocessor(threads, sharedBytes);
        _kernels[variant].Launch(new LaunchShape((uint)blocks, (uint)threads, (uint)sharedBytes), stream, table, batch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _module?.Dispose();
        _warpgroups?.Dispose();
        _codes?.Dispose();
        _codeTiles?.Dispose();
        _int8Tiles?.Dispose();
        _int8List?.Dispose();
    }

    /// <summary>Rows of a tile of a batch.</summary>
    internal static int TileRows(CudaElement element, int queryCount)
        => element == CudaElement.SignCode
            ? CodeScan.TileRows(queryCount)
            : ScanVariant.Of(s_variants[Variant(queryCount)]).TileRows;

    private static int Variant(int queryCount) => queryCount switch { <= 8 => 0, <= 16 => 1, <= 32 => 2, _ => 3 };

    private static int SharedBytes(int queryCount, int queryBytes)
        => ScanVariant.Of(s_variants[Variant(queryCount)]).SharedBytes(queryCount, queryBytes);
}
