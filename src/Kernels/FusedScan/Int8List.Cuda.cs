using System.Numerics;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Launches the scan of listed 8-bit rows for few queries. One for a context.</summary>
internal sealed class Int8List : IDisposable
{
    /// <summary>Threads of a block.</summary>
    internal const int Threads = 256;

    /// <summary>What a warp may keep before it is written out: twice the most of a piece.</summary>
    internal const int QueueLength = 256;

    private const int PieceBytes = 16;
    private const int RowBytesMax = 256;
    private const int QueriesMax = 8;

    private readonly CudaModule _module;
    private readonly CudaKernel[] _kernels;
    private readonly int _multiprocessors;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device's context.</param>
    /// <exception cref="CudaException">The driver refused them.</exception>
    public Int8List(CudaContext context)
    {
        CudaDevice device = context.Device;
        _multiprocessors = device.Multiprocessors;
        _module = new CudaModule(context, nameof(Int8List), CudaImages.Find(nameof(Int8List), device.ComputeCapability));
        _kernels = [.. ((int[])[2, 4, 8, 16]).Select(lanes => _module.GetKernel($"scan_int8_list_{lanes}"))];
    }

    /// <summary>Enqueues the scan; or returns false where rows are too wide, or queries too many.</summary>
    public bool TryLaunch(
        CudaStream stream,
        DeviceSlice<CudaScanTable> table,
        DeviceSlice<CudaScanBatch> batch,
        in CudaScanBatch shape,
        int rowBytes)
    {
        if (rowBytes > RowBytesMax || shape.QueryCount > QueriesMax)
        {
            return false;
        }

        uint lanes = BitOperations.RoundUpToPowerOf2((uint)(rowBytes / PieceBytes));
        CudaKernel kernel = _kernels[BitOperations.Log2(lanes) - 1];
        int sharedBytes = WarpRings.FactsBytes + (QueriesMax * (rowBytes + sizeof(float)))
            + (Threads / 32 * ((QueueLength * sizeof(ulong)) + (32 * (sizeof(ulong) + sizeof(uint)))));
        int blocks = _multiprocessors * kernel.BlocksPerMultiprocessor(Threads, sharedBytes);
        kernel.Launch(new LaunchShape((uint)blocks, Threads, (uint)sharedBytes), stream, table, batch);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
