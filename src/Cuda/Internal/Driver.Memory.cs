using System.Runtime.InteropServices;

namespace Linr.Cuda.Internal;

internal static unsafe partial class Driver
{
    /// <summary>Pinned memory counts as pinned in every context.</summary>
    public const uint HostPortable = 1;

    /// <summary>Pinned memory has a device address too.</summary>
    public const uint HostMapped = 2;

    [LibraryImport(Library, EntryPoint = "cuMemAlloc_v2")]
    public static partial CudaResult MemAlloc(out ulong address, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cuMemFree_v2")]
    public static partial CudaResult MemFree(ulong address);

    [LibraryImport(Library, EntryPoint = "cuMemHostAlloc")]
    public static partial CudaResult MemHostAlloc(out nint address, nuint bytes, uint flags);

    [LibraryImport(Library, EntryPoint = "cuMemFreeHost")]
    public static partial CudaResult MemFreeHost(nint address);

    [LibraryImport(Library, EntryPoint = "cuMemHostRegister_v2")]
    public static partial CudaResult MemHostRegister(nint address, nuint bytes, uint flags);

    [LibraryImport(Library, EntryPoint = "cuMemHostUnregister")]
    public static partial CudaResult MemHostUnregister(nint address);

    [LibraryImport(Library, EntryPoint = "cuMemHostGetDevicePointer_v2")]
    public static partial CudaResult MemHostGetDevicePointer(out ulong device, nint host, uint flags);

    [LibraryImport(Library, EntryPoint = "cuMemcpyHtoDAsync_v2")]
    public static partial CudaResult MemcpyHtoDAsync(ulong to, nint from, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemcpyDtoHAsync_v2")]
    public static partial CudaResult MemcpyDtoHAsync(nint to, ulong from, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemcpyDtoDAsync_v2")]
    public static partial CudaResult MemcpyDtoDAsync(ulong to, ulong from, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemsetD8Async")]
    public static partial CudaResult MemsetD8Async(ulong to, byte value, nuint count, nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemsetD16Async")]
    public static partial CudaResult MemsetD16Async(ulong to, ushort value, nuint count, nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemsetD32Async")]
    public static partial CudaResult MemsetD32Async(ulong to, uint value, nuint count, nint stream);

    [LibraryImport(Library, EntryPoint = "cuTensorMapEncodeTiled")]
    public static partial CudaResult TensorMapEncodeTiled(
        void* map,
        int type,
        uint rank,
        ulong address,
        ulong* sizes,
        ulong* strides,
        uint* box,
        uint* steps,
        int interleave,
        int swizzle,
        int promotion,
        int fill);
}
