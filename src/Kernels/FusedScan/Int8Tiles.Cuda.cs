using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Launches the scan of all 8-bit rows of a table, by products of bytes. One for a context.</summary>
internal sealed class Int8Tiles : IDisposable
{
    /// <summary>The widest rows: their products are whole numbers that take part in floats' arithmetic.</summary>
    private const int RowBytesMax = 256;

    private const int StepBytes = 32;
    private const int FewQueries = 8;

    private readonly CudaModule _module;
    private readonly CudaDevice _device;
    private readonly CudaKernel[] _few;
    private readonly CudaKernel[] _many;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">Of a device that it <see cref="WarpRings.Serves"/>.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    public Int8Tiles(CudaContext context)
    {
        _device = context.Device;
        _module = new CudaModule(
            context, nameof(Int8Tiles), CudaImages.Find(nameof(Int8Tiles), _device.ComputeCapability));
        _few = Kernels(FewQueries);
        _many = Kernels(2 * FewQueries);
    }

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
        int tileRows = WarpRings.TileRows(rowBytes, partRows);
        int group = shape.QueryCount <= FewQueries ? FewQueries : 2 * FewQueries;
        int padded = (shape.QueryCount + group - 1) / group * group;
        int tileBytes = tileRows * (rowBytes + sizeof(short));
        if (WarpRings.Of(_device, padded * (rowBytes + sizeof(float)), tileBytes) is not { } rings)
        {
            return false;
        }

        CudaKernel kernel = (group == FewQueries ? _few : _many)[(rowBytes / StepBytes) - 1];
        kernel.Launch(rings.Shape(_device), stream, table, batch, (uint)tileRows, (uint)rings.Stages);
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
