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

    private ulong _word;

    /// <summary>A map of rows, whose boxes are 128 bytes of some rows, in the 128-byte swizzle.</summary>
    /// <param name="context">The device's context; it becomes the thread's.</param>
    /// <param name="element">What rows are made of.</param>
    /// <param name="rows">[row][rowBytes]; its address is a multiple of 16. Kernels see what it holds when they run.</param>
    /// <param name="rowBytes">A multiple of 16.</param>
    /// <param name="boxRows">Rows of a box, 1 to 256.</param>
    /// <exception cref="ArgumentException">The rows are empty or no multiple of their length.</exception>
    /// <exception cref="CudaException">The driver refused it.</exception>
    public static unsafe CudaTensorMap Of(
        CudaContext context, CudaTensorElement element, DeviceSlice<byte> rows, int rowBytes, int boxRows)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowBytes);
        if (rows.IsEmpty || rows.Length % rowBytes != 0)
        {
            throw new ArgumentException(
                $"Expected rows of {rowBytes} bytes, found {rows.Length} bytes.", nameof(rows));
        }

        int elementBytes = element == CudaTensorElement.Float32 ? sizeof(float) : sizeof(ushort);
        ulong* sizes = stackalloc ulong[] { (ulong)(rowBytes / elementBytes), (ulong)(rows.Length / rowBytes) };
        ulong stride = (ulong)rowBytes;
        uint* box = stackalloc uint[] { (uint)(BoxBytes / elementBytes), (uint)boxRows };
        uint* steps = stackalloc uint[] { 1, 1 };

        // The driver wants a context, whichever thread this is, and the map at a multiple of 64 while it is made.
        context.MakeCurrent();
        byte* room = stackalloc byte[(Words * sizeof(ulong)) + 64];
        var map = (CudaTensorMap*)(((nuint)room + 63) & ~(nuint)63);
        Driver.TensorMapEncodeTiled(
            map, (int)element, 2, rows.Address, sizes, &stride, box, steps, 0, Swizzle128Bytes, Promote64Bytes, 0)
            .OrThrow("cuTensorMapEncodeTiled", context.Device, $"of {sizes[1]:N0} rows of {rowBytes} bytes");
        return *map;
    }
}
