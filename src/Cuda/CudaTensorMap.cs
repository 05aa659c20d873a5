using System.Runtime.CompilerServices;
using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// How rows lie in device memory, for kernels that copy boxes of them to shared memory by hardware ("tensor copies",
/// compute capability 9.0). 128 bytes, which a kernel reads from device memory at a multiple of 64.
/// </summary>
[InlineArray(Words)]
public struct CudaTensorMap
{
    private const int Words = 16;
    private const int Swizzle128Bytes = 3;
    private const int Promote64Bytes = 1;
    private const int BoxBytes = 128;
    private const uint Rank = 5;

    private ulong _word;

    /// <summary>
    /// A map of rows whose boxes are 128 bytes of a tile's rows, in the 128-byte swizzle. Rows of several stretches of
    /// the tile take turns, a few at a time: row s + together x (t + stretches x j) of a box is row
    /// s + together x j of the tile's stretch t. A box is asked for by its first element, three zeros and its tile.
    /// </summary>
    /// <param name="context">The device's context; it becomes the thread's.</param>
    /// <param name="element">What rows are made of.</param>
    /// <param name="rows">
    /// [row][rowBytes], whole tiles; its address is a multiple of 16. Kernels see what it holds when they run.
    /// </param>
    /// <param name="rowBytes">A multiple of 16.</param>
    /// <param name="tile">How a tile's rows lie in a box.</param>
    /// <exception cref="ArgumentException">The rows are empty or no whole tiles.</exception>
    /// <exception cref="CudaException">The driver refused it.</exception>
    public static unsafe CudaTensorMap Of(
        CudaContext context, CudaTensorElement element, DeviceSlice<byte> rows, int rowBytes, CudaTensorTile tile)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowBytes);
        long tileBytes = (long)rowBytes * tile.Rows;
        if (rows.IsEmpty || rows.Length % tileBytes != 0)
        {
            throw new ArgumentException(
                $"Expected whole tiles of {tile.Rows} rows of {rowBytes} bytes, found {rows.Length} bytes.",
                nameof(rows));
        }

        int elementBytes = element == CudaTensorElement.Float32 ? sizeof(float) : sizeof(ushort);
        uint turns = (uint)(tile.Rows / (tile.Stretches * tile.Together));
        ulong stride = (ulong)rowBytes;
        ulong* sizes = stackalloc ulong[]
        {
            (ulong)(rowBytes / elementBytes), (ulong)tile.Together, (ulong)tile.Stretches, turns,
            (ulong)(rows.Length / tileBytes),
        };
        ulong* strides = stackalloc ulong[]
        {
            stride, stride * turns * (ulong)tile.Together, stride * (ulong)tile.Together, (ulong)tileBytes,
        };
        uint* box = stackalloc uint[]
        {
            (uint)(BoxBytes / elementBytes), (uint)tile.Together, (uint)tile.Stretches, turns, 1,
        };
        uint* steps = stackalloc uint[] { 1, 1, 1, 1, 1 };

        // The driver wants a context, whichever thread this is, and the map at a multiple of 64 while it is made.
        context.MakeCurrent();
        byte* room = stackalloc byte[(Words * sizeof(ulong)) + 64];
        var map = (CudaTensorMap*)(((nuint)room + 63) & ~(nuint)63);
        Driver.TensorMapEncodeTiled(
            map, (int)element, Rank, rows.Address, sizes, strides, box, steps, 0, Swizzle128Bytes, Promote64Bytes, 0)
            .OrThrow("cuTensorMapEncodeTiled", context.Device, $"of {rows.Length:N0} bytes, {rowBytes} a row");
        return *map;
    }
}
