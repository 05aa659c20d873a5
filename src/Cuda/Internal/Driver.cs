using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace Linr.Cuda.Internal;

/// <summary>
/// The calls of the CUDA driver API that are used, as they are; the owners wrap them. Each name is CUDA's without its
/// <c>cu</c>, and the entry point says which version of the call is meant.
/// </summary>
internal static unsafe partial class Driver
{
    /// <summary>Resolved by <see cref="CudaDriver"/> to the library that it loaded.</summary>
    public const string Library = "linr-cuda-driver";

    [LibraryImport(Library, EntryPoint = "cuInit")]
    public static partial CudaResult Init(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    public static partial CudaResult DriverGetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuGetErrorName")]
    public static partial CudaResult GetErrorName(CudaResult error, out byte* name);

    [LibraryImport(Library, EntryPoint = "cuGetErrorString")]
    public static partial CudaResult GetErrorString(CudaResult error, out byte* text);
}
