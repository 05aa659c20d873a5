using System.Runtime.InteropServices;

namespace Linr.Memory;

/// <summary>
/// One owner of one piece of zeroed native memory, aligned for vector loads; pieces of 2 MiB and more ask the kernel
/// for huge pages, which a scan at memory speed needs. Dispose it; a finalizer run counts as a leak.
/// </summary>
public sealed unsafe partial class NativeBuffer : IDisposable
{
    private const int VectorAlignmentBytes = 64;
    private const int HugePageBytes = 2 * 1024 * 1024;
    private const int AdviseHugePages = 14;

    private static long s_liveCount;
    private static long s_liveBytes;
    private static long s_leakCount;

    private nint _address;

    /// <summary>Allocates <paramref name="bytes"/> zeroed bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">The memory is not there.</exception>
    public NativeBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        _address = Allocate(bytes);
        Interlocked.Increment(ref s_liveCount);
        Interlocked.Add(ref s_liveBytes, bytes);
    }

    /// <summary>Counts a buffer that nobody disposed.</summary>
    ~NativeBuffer()
    {
        Interlocked.Increment(ref s_leakCount);
        Release();
    }

    /// <summary>Buffers that are allocated and not yet disposed, in this process.</summary>
    public static long LiveCount => Interlocked.Read(ref s_liveCount);

    /// <summary>Bytes in live buffers, in this process.</summary>
    public static long LiveBytes => Interlocked.Read(ref s_liveBytes);

    /// <summary>Buffers that the garbage collector had to free: always 0 in correct code.</summary>
    public static long LeakCount => Interlocked.Read(ref s_leakCount);

    /// <summary>The size asked for, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The first byte.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address == 0, this);
            return _address;
        }
    }

    /// <summary>
    /// Elements <paramref name="start"/> to <paramref name="start"/> + <paramref name="length"/>, to write.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside the buffer.</exception>
    public Span<T> Span<T>(long start, int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, Bytes / sizeof(T), nameof(length));
        return new Span<T>((T*)Address + start, length);
    }

    /// <summary>All of it, to read.</summary>
    public NativeSlice<T> Slice<T>()
        where T : unmanaged
        => new(Address, Bytes / sizeof(T));

    /// <summary>
    /// Makes the buffer longer, with zeroed bytes at its end, or shorter. The memory moves: slices and spans taken
    /// before must not be used any more.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    public void Resize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        nint old = Address;
        nint address = Allocate(bytes);
        Buffer.MemoryCopy((void*)old, (void*)address, bytes, Math.Min(bytes, Bytes));
        _address = address;
        NativeMemory.AlignedFree((void*)old);
        Interlocked.Add(ref s_liveBytes, bytes - Bytes);
        Bytes = bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static nint Allocate(long bytes)
    {
        bool huge = bytes >= HugePageBytes;
        nuint alignment = (nuint)(huge ? HugePageBytes : VectorAlignmentBytes);
        nuint size = nuint.Max(((nuint)bytes + alignment - 1) / alignment * alignment, alignment);
        void* address = NativeMemory.AlignedAlloc(size, alignment);
        if (huge && OperatingSystem.IsLinux())
        {
            // Advice only: where the kernel declines, small pages serve.
            _ = Advise((nint)address, size, AdviseHugePages);
        }

        NativeMemory.Clear(address, size);
        return (nint)address;
    }

    private void Release()
    {
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address == 0)
        {
            return;
        }

        NativeMemory.AlignedFree((void*)address);
        Interlocked.Decrement(ref s_liveCount);
        Interlocked.Add(ref s_liveBytes, -Bytes);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
