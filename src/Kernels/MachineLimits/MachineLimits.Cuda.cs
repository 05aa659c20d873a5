using Linr.Cuda;

namespace Linr.Kernels;

/// <content>The shape of the kernel that reads a device's memory.</content>
public static partial class MachineLimits
{
    /// <summary>Threads of a block.</summary>
    internal const int CudaThreads = 512;

    /// <summary>Loads of 16 bytes that a thread has in flight.</summary>
    internal const int CudaUnroll = 8;
}

/// <summary>
/// Reads device memory once, as fast as the device can: the denominator of scans there. One for a context; launches
/// allocate nothing.
/// </summary>
public sealed class MemoryReadCuda : IDisposable
{
    private const int LoadBytes = 16;

    private readonly CudaModule _module;
    private readonly CudaKernel _kernel;
    private readonly uint _blocks;

    /// <summary>Loads the kernel.</summary>
    /// <exception cref="CudaException">The driver refused it.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public MemoryReadCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CudaDevice device = context.Device;
        _module = new CudaModule(context, "MachineLimits", CudaImages.Find("MachineLimits", device.ComputeCapability));
        _kernel = _module.GetKernel("read_memory");
        _blocks = (uint)(device.Multiprocessors * _kernel.BlocksPerMultiprocessor(MachineLimits.CudaThreads));
    }

    /// <summary>Enqueues a read of all of <paramref name="memory"/>.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="memory">What to read: whole pieces of 16 bytes.</param>
    /// <param name="sum">One number, to which the sum of the memory's 32-bit words is added.</param>
    /// <exception cref="ArgumentException">Lengths or addresses do not fit.</exception>
    public void Launch(CudaStream stream, DeviceSlice<byte> memory, DeviceSlice<uint> sum)
    {
        if (memory.Length % LoadBytes != 0 || memory.Address % LoadBytes != 0 || sum.Length != 1)
        {
            throw new ArgumentException(
                $"Expected whole pieces of {LoadBytes} bytes and one sum; found {memory.Length} bytes at "
                + $"0x{memory.Address:x} and {sum.Length} sums.");
        }

        _kernel.Launch(
            new LaunchShape(_blocks, MachineLimits.CudaThreads), stream, memory, memory.Length / LoadBytes, sum);
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
