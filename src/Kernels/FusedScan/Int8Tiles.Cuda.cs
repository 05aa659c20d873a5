using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Launches the scan of all 8-bit rows of a table, by products of bytes. One for a context.</summary>
internal sealed class Int8Tiles : IDisposable
{
    /// <summary>Threads of a block.</summary>
    internal const int Threads = 256;

    /// <summary>What a warp may keep before it is written out.</summary>
    internal const int QueueLength = 256;

    /// <summary>What a block knows besides.</summary>
    internal const int FactsBytes = 64;

    /// <summary>The widest rows: their products are whole numbers that take part in floats' arithmetic.</summary>
    private const int RowBytesMax = 256;

    private const int StepBytes = 32;
    private const int Warps = Threads / 32;
    private const int TileBytes = 4096;
    private const int FewQueries = 8;
    private const int StagesMin = 2;
    private const int StagesMax = 16;
    private const int Alignment = 128;
    private const int ReservedBytes = 1024; // of every block, by the driver

    private static readonly Version s_capability = new(9, 0);
    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel[] _few;
    private readonly CudaKernel[] _many;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">Of a device that it <see cref="Serves"/>.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    public Int8Tiles(CudaContext context)
    {
        _device = context.Device;
        _module = new CudaModule(
            context, nameof(Int8Tiles), CudaImages.Find(nameof(Int8Tiles), _device.ComputeCapability));
        _few = Kernels(FewQueries);
        _many = Kernels(2 * FewQueries);
    }

    /// <summary>Whether a device copies as the kernels do.</summary>
    public static bool Serves(CudaDevice device) => device.ComputeCapability >= s_capability;

    /// <summary>Enqueues the scan; or returns false where rows are too wide, or queries take too much room.</summary>
    public bool TryLaunch(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape,
        int rowBytes)
    {
        if (rowBytes > RowBytesMax)
        {
            return false;
        }

        int partRows = rowBytes <= 2 * StepBytes && shape.QueryCount <= FewQueries ? 64 : 32;
        int tileRows = Math.Max(partRows, TileBytes / rowBytes / partRows * partRows);
        int group = shape.QueryCount <= FewQueries ? FewQueries : 2 * FewQueries;
        int padded = (shape.QueryCount + group - 1) / group * group;
        int fixedBytes = FactsBytes + (padded * (rowBytes + sizeof(float))) + Alignment
            + (Warps * ((QueueLength * sizeof(ulong)) + (32 * (sizeof(ulong) + sizeof(uint)))));
        int stageBytes = Warps * ((tileRows * (rowBytes + sizeof(short))) + sizeof(ulong));
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
        (group == FewQueries ? _few : _many)[(rowBytes / StepBytes) - 1].Launch(
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

    /// <summary>By the steps of a row; of so many queries at a time.</summary>
    private CudaKernel[] Kernels(int queries)
    {
        CudaKernel[] kernels =
        [
            .. Enumerable.Range(1, RowBytesMax / StepBytes)
                .Select(steps => _module.GetKernel($"scan_int8_{queries}_{steps}")),
        ];
        foreach (CudaKernel kernel in kernels)
        {
            kernel.AllowSharedBytes(_device.SharedBytesPerBlockMax);
        }

        return kernels;
    }
}
