using System.Runtime.CompilerServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <content>The shape of the kernels.</content>
public static partial class RandomTable
{
    /// <summary>Threads of a block.</summary>
    internal const int CudaThreads = 256;
}

/// <summary>Makes random rows and codes on a device. One for a context; launches allocate nothing.</summary>
public sealed class RandomTableCuda : IDisposable
{
    private readonly CudaModule _module;
    private readonly CudaKernel _rows;
    private readonly CudaKernel _int8Rows;
    private readonly CudaKernel _codes;
    private readonly uint _rowBlocks;
    private readonly uint _codeBlocks;

    /// <summary>Loads the kernels.</summary>
    /// <exception cref="CudaException">The driver refused them.</exception>
    /// <exception cref="NotSupportedException">The device is too old.</exception>
    public RandomTableCuda(CudaContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        CudaDevice device = context.Device;
        _module = new CudaModule(context, "RandomTable", CudaImages.Find("RandomTable", device.ComputeCapability));
        _rows = _module.GetKernel("random_rows");
        _int8Rows = _module.GetKernel("random_int8_rows");
        _codes = _module.GetKernel("random_codes");
        _rowBlocks = (uint)(device.Multiprocessors * _rows.BlocksPerMultiprocessor(RandomTable.CudaThreads));
        _codeBlocks = (uint)(device.Multiprocessors * _codes.BlocksPerMultiprocessor(RandomTable.CudaThreads));
    }

    /// <summary>Enqueues rows of halves, as <see cref="RandomTable.Row"/> makes them.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="rows">[row][<paramref name="rowBytes"/>]; what follows a row's halves is left as it is.</param>
    /// <param name="dim">Halves of a row, D.</param>
    /// <param name="rowBytes">How far rows are apart.</param>
    /// <param name="seed">Of the table.</param>
    /// <param name="clusters">How many clusters; 0: none.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public void LaunchRows(
        CudaStream stream, DeviceSlice<byte> rows, int dim, int rowBytes, ulong seed, uint clusters = 0)
    {
        if (dim < 1 || rowBytes < dim * sizeof(ushort) || rows.Length % rowBytes != 0)
        {
            throw new ArgumentException(
                $"Expected whole rows that hold {dim} halves; found {rows.Length} bytes, {rowBytes} a row.");
        }

        _rows.Launch(
            new LaunchShape(_rowBlocks, RandomTable.CudaThreads),
            stream,
            rows,
            rows.Length / rowBytes,
            dim,
            rowBytes,
            RandomTable.Start(seed),
            clusters);
    }

    /// <summary>Enqueues rows of whole numbers, as <see cref="RandomTable.Int8Row"/> makes them.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="rows">[row][<paramref name="rowBytes"/>]; what follows a row's numbers is left as it is.</param>
    /// <param name="scales">[row].</param>
    /// <param name="dim">Numbers of a row, D.</param>
    /// <param name="rowBytes">How far rows are apart.</param>
    /// <param name="seed">Of the table.</param>
    /// <exception cref="ArgumentException">Lengths do not fit each other.</exception>
    public void LaunchInt8Rows(
        CudaStream stream, DeviceSlice<byte> rows, DeviceSlice<Half> scales, int dim, int rowBytes, ulong seed)
    {
        if (dim < 1 || rowBytes < dim || rows.Length != scales.Length * rowBytes)
        {
            throw new ArgumentException(
                $"Expected whole rows that hold {dim} bytes, and a scale each; found {rows.Length} bytes, {rowBytes} a "
                + $"row, {scales.Length} scales.");
        }

        _int8Rows.Launch(
            new LaunchShape(_rowBlocks, RandomTable.CudaThreads),
            stream,
            rows,
            scales,
            scales.Length,
            dim,
            rowBytes,
            RandomTable.Start(seed));
    }

    /// <summary>Enqueues a column of codes, as <see cref="RandomTable.Code"/> makes them.</summary>
    /// <typeparam name="T">byte, ushort or uint.</typeparam>
    /// <param name="stream">Where.</param>
    /// <param name="codes">[row].</param>
    /// <param name="codeCount">How many codes there are.</param>
    /// <param name="seed">Of the column.</param>
    /// <exception cref="ArgumentException">The elements are too small for the codes, or are none.</exception>
    public void LaunchCodes<T>(CudaStream stream, DeviceSlice<T> codes, uint codeCount, ulong seed)
        where T : unmanaged
    {
        int bytes = Unsafe.SizeOf<T>();
        if (bytes is not (sizeof(byte) or sizeof(ushort) or sizeof(uint)) || codeCount < 1
            || codeCount > uint.MaxValue >> (32 - (8 * bytes)))
        {
            throw new ArgumentException($"Expected codes that fit {bytes} bytes; found {codeCount} of them.");
        }

        _codes.Launch(
            new LaunchShape(_codeBlocks, RandomTable.CudaThreads),
            stream,
            codes,
            codes.Length,
            bytes,
            codeCount,
            RandomTable.Start(seed));
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
