using System.Globalization;
using System.Runtime.InteropServices;
using Linr.Memory;

namespace Linr.Tests.Memory;

[Collection(Alone.Name)]
public sealed class NativeHeapTests
{
    // More than the library keeps by itself, and less than the heap of a thread has room for.
    private const int PieceBytes = 40 << 20;
    private const int PageBytes = 4096;
    private const int Rounds = 8;

    [Fact]
    public void Freed_memory_is_used_again_without_new_pages()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint _), "Only glibc has the options.");
        NativeHeap.KeepFreedMemory();
        TouchAndFree();
        long before = PageFaults();
        for (int round = 0; round < Rounds; round++)
        {
            TouchAndFree();
        }

        // Each round would clear all of its pages anew.
        Assert.InRange(PageFaults() - before, 0, Rounds * (PieceBytes / PageBytes) / 4);
    }

    private static void TouchAndFree()
    {
        nint piece = Marshal.AllocHGlobal(PieceBytes);
        for (int at = 0; at < PieceBytes; at += PageBytes)
        {
            Marshal.WriteByte(piece, at, 1);
        }

        Marshal.FreeHGlobal(piece);
    }

    /// <summary>Pages that the kernel gave this process so far.</summary>
    private static long PageFaults()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return long.Parse(
            stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[7], CultureInfo.InvariantCulture);
    }
}
