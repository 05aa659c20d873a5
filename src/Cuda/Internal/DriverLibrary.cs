using System.Runtime.InteropServices;

namespace Linr.Cuda.Internal;

/// <summary>Where the driver's library is looked for.</summary>
internal static class DriverLibrary
{
    private static readonly string[] s_linuxPlaces =
    [
        "libcuda.so.1",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
        "/usr/lib/aarch64-linux-gnu/libcuda.so.1",
        "/usr/lib64/libcuda.so.1",
        "/usr/lib/wsl/lib/libcuda.so.1",
        "/usr/local/nvidia/lib64/libcuda.so.1",
        "/usr/local/nvidia/lib/libcuda.so.1",
        "/run/opengl-driver/lib/libcuda.so.1",
    ];

    private static readonly string[] s_windowsPlaces = ["nvcuda.dll"];

    /// <summary>Loads the first library that there is.</summary>
    /// <param name="named">The only place to look, or null for the usual ones.</param>
    /// <param name="library">The loaded library.</param>
    /// <param name="place">The path or name that it was loaded by.</param>
    /// <param name="reason">One sentence that says why there is none; empty on success.</param>
    public static bool TryFind(string? named, out nint library, out string place, out string reason)
    {
        string[] places = !string.IsNullOrEmpty(named) ? [named]
            : OperatingSystem.IsWindows() ? s_windowsPlaces
            : s_linuxPlaces;
        foreach (string candidate in places)
        {
            if (NativeLibrary.TryLoad(candidate, out library))
            {
                place = candidate;
                reason = string.Empty;
                return true;
            }
        }

        library = 0;
        place = string.Empty;
        reason = !string.IsNullOrEmpty(named)
            ? $"No CUDA driver: {CudaDriver.PathVariable} names '{named}', which cannot be loaded."
            : $"No CUDA driver: {places[0]} was not found; it comes with NVIDIA's display driver.";
        return false;
    }
}
