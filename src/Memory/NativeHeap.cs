using System.Runtime.InteropServices;

namespace Linr.Memory;

/// <summary>The C library's heap, from which native libraries of the process allocate.</summary>
public static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapThreshold = -3;

    private const int LargestMapped = 1 << 30;
    private const int PadBytes = 64 << 20;

    /// <summary>
    /// Lets large pieces that are freed stay with the process for the next ones, on Linux with glibc; elsewhere it does
    /// nothing. The library otherwise maps each piece anew and gives it back, and the kernel clears every page of it:
    /// where steps allocate and free the same large arrays that took a quarter of the time on a virtual machine, and
    /// the process's peak is the same. For the rest of the process.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            // Advice only: a value that is not taken leaves what was.
            _ = SetOption(MapThreshold, LargestMapped);
            _ = SetOption(TrimThreshold, int.MaxValue);
            _ = SetOption(TopPad, PadBytes);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, such as musl, has no such options.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
