using System.Runtime.InteropServices;

namespace Linr.Kernels.Tests;

/// <summary>
/// Memory that ends where a page does, before one that must not be touched: who reads past it ends the process. Only on
/// Linux; elsewhere it is ordinary memory.
/// </summary>
internal sealed unsafe partial class GuardedRows : IDisposable
{
    private const int PageBytes = 64 * 1024;
    private const int NoAccess = 0;
    private const int ReadAndWrite = 3;

    private readonly void* _memory;
    private readonly nint _bytes;

    public GuardedRows(nint bytes)
    {
        _bytes = (bytes + PageBytes - 1) / PageBytes * PageBytes;
        _memory = NativeMemory.AlignedAlloc((nuint)(_bytes + PageBytes), PageBytes);
        First = (byte*)_memory + _bytes - bytes;
        Protect(NoAccess);
    }

    public byte* First { get; }

    public void Dispose()
    {
        Protect(ReadAndWrite);
        NativeMemory.AlignedFree(_memory);
    }

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int ProtectMemory(nint address, nint bytes, int protection);

    private void Protect(int protection)
    {
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, ProtectMemory((nint)((byte*)_memory + _bytes), PageBytes, protection));
        }
    }
}
