using System.Runtime.InteropServices;

namespace Linr.Memory;

/// <summary>
/// Forces the names in a folder to the disk, so that a renamed file keeps its new name after a power cut.
/// </summary>
public static partial class FolderSync
{
    private const int OpenReadOnly = 0;

    /// <summary>
    /// Forces the names in <paramref name="folder"/> to the disk; on Windows the file system itself does.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be opened or forced.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(folder, OpenReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"{folder}: open failed (errno {Marshal.GetLastPInvokeError()}).");
        }

        int result = Sync(descriptor);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new IOException($"{folder}: fsync failed (errno {error}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
