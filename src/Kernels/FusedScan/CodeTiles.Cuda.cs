using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// Launches the scan of all codes of a table for queries that are codes too, by products of bits. One for a context.
/// </summary>
internal sealed class CodeTiles : IDisposable
{
    private const int GroupQueries = 8;

    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel _one;
    private readonly CudaKernel _few;
    private readonly CudaKernel _many;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">Of a device that it <see cref="WarpRings.Serves"/>.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    public CodeTiles(CudaContext context)
    {
        _device = context.Device;
        _module = new CudaModule(
            context, nameof(CodeTiles), CudaImages.Find(nameof(CodeTiles), _device.ComputeCapability));
        _one = _module.GetKernel("scan_code_tiles_64");
        _few = _module.GetKernel("scan_code_tiles_256");
        _many = _module.GetKernel("scan_code_tiles_1024");
        foreach (CudaKernel kernel in (CudaKernel[])[_one, _few, _many])
        {
            kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        }
    }

    /// <summary>
    /// Enqueues the scan, which does nothing unless queries are codes; or returns false where they take too much room.
    /// </summary>
    public bool TryLaunch(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape,
        int rowBytes)
    {
        int words = rowBytes / sizeof(ulong);
        int partRows = words <= 4 ? 128 : 64;
        int tileRows = WarpRings.TileRows(rowBytes, partRows);
        int padded = (shape.QueryCount + GroupQueries - 1) / GroupQueries * GroupQueries;
        if (WarpRings.Of(_device, padded * (rowBytes + (3 * sizeof(int))), tileRows * rowBytes) is not { } rings)
        {
            return false;
        }

        CudaKernel kernel = words == 1 ? _one : words <= 4 ? _few : _many;
        kernel.Launch(rings.Shape(_device), stream, table, batch, (uint)tileRows, (uint)rings.Stages);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
