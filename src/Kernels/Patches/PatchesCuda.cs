using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// Copies many small pieces at once, such as the values of rows that change in a table. One for a context; launches
/// allocate nothing and do not wait.
/// </summary>
public sealed class PatchesCuda : IDisposable
{
    /// <summary>Threads of a block.</summary>
    internal const int Threads = 128;

    private readonly CudaModule _module;
    private readonly CudaKernel _apply;
    private readonly uint _blocksMax;

    /// <summary>Loads the kernel.</summary>
    /// <exception cref="CudaException">The driver refused it.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public PatchesCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CudaDevice device = context.Device;
        _module = new CudaModule(context, "Patches", CudaImages.Find("Patches", device.ComputeCapability));
        _apply = _module.GetKernel("apply_patches");
        _blocksMax = (uint)(device.Multiprocessors * _apply.BlocksPerMultiprocessor(Threads));
    }

    /// <summary>Enqueues the copies, in any order.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="patches">The pieces; no two have a byte in common that is written. Read when it runs.</param>
    public void Launch(CudaStream stream, DeviceSlice<CudaPatch> patches)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (patches.IsEmpty)
        {
            return;
        }

        long blocks = (patches.Length + (Threads / 32) - 1) / (Threads / 32);
        _apply.Launch(
            new LaunchShape((uint)Math.Min(blocks, _blocksMax), Threads), stream, patches, (uint)patches.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
