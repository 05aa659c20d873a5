using System.IO.Hashing;
using System.Runtime.InteropServices;
using Linr.Memory;
using TorchSharp;

namespace Linr.Training.Torch;

/// <summary>
/// Loads libtorch from a folder at run time, then TorchSharp's native shim. The only door to Torch: until it is called
/// no Torch library is in the process. Once loaded it stays: a process has one libtorch.
/// </summary>
public static class TorchLibrary
{
    // TorchSharp's shim was linked against GCC 13's C++ library and names this version for one symbol that it never
    // calls. Debian 12 and Ubuntu 22.04 stop at GLIBCXX_3.4.30.
    private const string UncalledVersion = "GLIBCXX_3.4.32";

    private static readonly Lock s_lock = new();
    private static string? s_loadedFrom;

    // Dependencies first; those that a build of libtorch does not have are skipped.
    private static readonly string[] s_librariesInOrder =
    [
        "libgomp*.so*",
        "libc10.so",
        "libcudart*.so*",
        "libc10_cuda.so",
        "libtorch_cpu.so",
        "libtorch_cuda.so",
        "libtorch.so",
    ];

    /// <summary>The folder that libtorch was loaded from, or null before <see cref="Load"/>.</summary>
    public static string? LoadedFrom => s_loadedFrom;

    /// <summary>Loads libtorch and says how many threads it may use. A second call only sets the threads.</summary>
    /// <param name="folder">The folder that holds it, or null for <see cref="TorchFolder.DefaultPlaces"/>.</param>
    /// <param name="threadCount">Threads of one operation, at least 1.</param>
    /// <exception cref="TorchLibraryException">
    /// It is not there, does not load, or another folder was loaded before.
    /// </exception>
    public static void Load(string? folder, int threadCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        lock (s_lock)
        {
            string place = s_loadedFrom is not null && folder is null ? s_loadedFrom : TorchFolder.Find(folder);
            if (s_loadedFrom is null)
            {
                LoadFrom(place);
                s_loadedFrom = place;
            }
            else if (Path.GetFullPath(place) != Path.GetFullPath(s_loadedFrom))
            {
                throw new TorchLibraryException(
                    $"libtorch was already loaded from {s_loadedFrom}; a process can load one.");
            }

            torch.set_num_threads(threadCount);
            NativeHeap.KeepFreedMemory();
        }
    }

    /// <summary>The device of that name: "cpu", "cuda" or "cuda:N".</summary>
    /// <exception cref="TorchLibraryException">CUDA was asked for and is not there.</exception>
    internal static torch.Device Device(string name)
    {
        if (name == "cpu")
        {
            return torch.CPU;
        }

        if (!torch.TryInitializeDeviceType(DeviceType.CUDA) || !torch.cuda.is_available())
        {
            throw new TorchLibraryException(
                $"Device {name} was asked for, but the libtorch in {s_loadedFrom} finds no CUDA device. "
                + "Name a CUDA build with --libtorch, or train with --device cpu.");
        }

        return torch.device(name);
    }

    private static void LoadFrom(string folder)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                foreach (string file in s_librariesInOrder.SelectMany(one => Directory.EnumerateFiles(folder, one)))
                {
                    NativeLibrary.Load(file);
                }

                LoadShim(folder);
            }
            else
            {
                NativeLibrary.Load(Path.Combine(folder, TorchFolder.MarkerFile));
            }

            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception error) when (error is DllNotFoundException or NotSupportedException or BadImageFormatException)
        {
            throw new TorchLibraryException($"libtorch in {folder} does not load: {error.Message}", error);
        }
    }

    private static void LoadShim(string folder)
    {
        const string Shim = "libLibTorchSharp.so";
        string[] places =
        [
            Path.Combine(AppContext.BaseDirectory, Shim),
            Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", Shim),
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", Shim),
            Path.Combine(folder, Shim),
        ];
        string path = places.FirstOrDefault(File.Exists)
            ?? throw new TorchLibraryException($"TorchSharp's {Shim} is neither beside the program nor in {folder}.");
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException error) when (error.Message.Contains(UncalledVersion, StringComparison.Ordinal))
        {
            // The loader matches libraries by name, so TorchSharp finds this copy already loaded.
            NativeLibrary.Load(PatchedCopy(path));
        }
    }

    private static string PatchedCopy(string shim)
    {
        byte[] image = File.ReadAllBytes(shim);
        string copy = Path.Combine(
            TorchFolder.UserFolder, $"torch-shim-{XxHash3.HashToUInt64(image):x16}", Path.GetFileName(shim));
        if (ElfVersionNeed.MarkWeak(image, UncalledVersion) == 0)
        {
            throw new TorchLibraryException(
                $"{shim} needs {UncalledVersion}, but not in a way that can be marked weak.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        string draft = $"{copy}.{Environment.ProcessId}";
        File.WriteAllBytes(draft, image);
        File.Move(draft, copy, overwrite: true);
        return copy;
    }
}
