using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// Launches the scan of all codes of a table for queries that are codes too, by products of bits. One for a context.
/// </summary>
internal sealed class CodeTiles : IDisposable
{
    /// <summary>Threads of a block.</summary>
    internal const int Threads = 256;

    /// <summary>What a warp may keep before it is written out.</summary>
    internal const int QueueLength = 256;

    /// <summary>What a block knows besides.</summary>
    internal const int FactsBytes = 64;

    private const int Warps = Threads / 32;
    private const int TileBytes = 4096;
    private const int GroupQueries = 8;
    private const int StagesMin = 2;
    private const int StagesMax = 16;
    private const int Alignment = 128;
    private const int ReservedBytes = 1024; // of every block, by the driver

    private static readonly Version s_capability = new(9, 0);
    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel _one;
    private readonly CudaKernel _few;
    private readonly CudaKernel _many;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">Of a device that it <see cref="Serves"/>.</param>
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

    /// <summary>Whether a device copies as the kernels do.</summary>
    public static bool Serves(CudaDevice device) => device.ComputeCapability >= s_capability;

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
        int tileRows = Math.Max(partRows, TileBytes / rowBytes / partRows * partRows);
        int tileBytes = tileRows * rowBytes;
        int padded = (shape.QueryCount + GroupQueries - 1) / GroupQueries * GroupQueries;
        int fixedBytes = FactsBytes + (padded * (rowBytes + (3 * sizeof(int)))) + Alignment
            + (Warps * ((QueueLength * sizeof(ulong)) + (32 * (sizeof(ulong) + sizeof(uint)))));
        int stageBytes = Warps * (tileBytes + sizeof(ulong));
        int whole = _device.SharedBytesPerBlockMax;
        int stages = (((whole + ReservedBytes) / 2) - ReservedBytes - fixedBytes) / stageBytes;
        int blocks = 2;
        if (stages < StagesMin)
        {
            stages = (whole - fixedBytes) / stageBytes;
            blocks = 1;
        }

        if (stages < 1)
        {
            return false;
        }

        stages = Math.Min(stages, StagesMax);
        CudaKernel kernel = words == 1 ? _one : words <= 4 ? _few : _many;
        kernel.Launch(
            new LaunchShape(
                (uint)(blocks * _device.Multiprocessors), Threads, (uint)(fixedBytes + (stages * stageBytes))),
            stream,
            table,
            batch,
            (uint)tileRows,
            (uint)stages);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
