using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// The CUDA driver of this machine, which comes with NVIDIA's display driver; no toolkit is needed. It is looked for
/// once in a process.
/// </summary>
public static class CudaDriver
{
    /// <summary>The environment variable that names another library to use as the driver.</summary>
    public const string PathVariable = "LINR_CUDA_DRIVER";

    private const int VersionMin = 12_000;

    private static readonly Lock s_lock = new();
    private static Outcome? s_outcome;

    /// <summary>The newest CUDA that the driver serves, such as 13.0.</summary>
    /// <exception cref="CudaException">There is no driver or no device.</exception>
    public static Version Version
    {
        get
        {
            Load();
            return ToVersion(s_outcome!.Version);
        }
    }

    /// <summary>The path or name that the driver's library was loaded by.</summary>
    /// <exception cref="CudaException">There is no driver or no device.</exception>
    public static string Place
    {
        get
        {
            Load();
            return s_outcome!.Place;
        }
    }

    /// <summary>Whether there is a driver with at least one device.</summary>
    /// <param name="reason">One sentence that says why not; null when there is.</param>
    public static bool TryLoad([NotNullWhen(false)] out string? reason)
    {
        lock (s_lock)
        {
            s_outcome ??= Start(Environment.GetEnvironmentVariable(PathVariable));
        }

        reason = s_outcome.Reason;
        return reason is null;
    }

    /// <summary>As <see cref="TryLoad"/>, for callers that cannot go on without.</summary>
    /// <exception cref="CudaException">There is no driver or no device; the message is the sentence.</exception>
    public static void Load()
    {
        if (!TryLoad(out string? reason))
        {
            throw CudaException.NoDriver(reason);
        }
    }

    /// <summary>Whether the driver has what CUDA <paramref name="version"/> brought (such as 12,040).</summary>
    internal static bool Has(int version) => s_outcome is { } outcome && outcome.Version >= version;

    private static Outcome Start(string? named)
    {
        if (!DriverLibrary.TryFind(named, out nint library, out string place, out string missing))
        {
            return new Outcome(string.Empty, 0, missing);
        }

        NativeLibrary.SetDllImportResolver(
            typeof(Driver).Assembly, (name, _, _) => name == Driver.Library ? library : 0);
        try
        {
            return Ask(place);
        }
        catch (EntryPointNotFoundException)
        {
            return new Outcome(place, 0, $"No CUDA driver: '{place}' is a library of another kind.");
        }
    }

    private static Outcome Ask(string place)
    {
        CudaResult result = Driver.Init(0);
        if (result == CudaResult.NoDevice)
        {
            return new Outcome(place, 0, $"No CUDA device: the driver '{place}' finds none.");
        }

        string call = "cuInit";
        int version = 0;
        int count = 0;
        if (result == CudaResult.Success)
        {
            call = "cuDriverGetVersion";
            result = Driver.DriverGetVersion(out version);
        }

        if (result == CudaResult.Success)
        {
            call = "cuDeviceGetCount";
            result = Driver.DeviceGetCount(out count);
        }

        string? reason = result != CudaResult.Success
                ? $"No CUDA driver: {CudaException.Of(result, call, $"of '{place}'").Message}."
            : version < VersionMin
                ? $"No CUDA driver: '{place}' serves CUDA {ToVersion(version)}, and {ToVersion(VersionMin)} is needed."
            : count == 0 ? $"No CUDA device: the driver '{place}' finds none."
            : null;
        return new Outcome(place, version, reason);
    }

    private static Version ToVersion(int version) => new(version / 1000, version % 1000 / 10);

    private sealed record Outcome(string Place, int Version, string? Reason);
}
