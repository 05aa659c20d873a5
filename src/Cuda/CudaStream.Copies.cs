using System.Runtime.CompilerServices;
using Linr.Cuda.Internal;
using Linr.Memory;

namespace Linr.Cuda;

/// <content>
/// Copies and fills, in the order of the stream's other work. <c>Upload</c> and <c>Download</c> wait for their end;
/// those that begin with <c>Enqueue</c> return at once. None allocates.
/// </content>
public sealed unsafe partial class CudaStream
{
    private const string UploadCall = "cuMemcpyHtoDAsync";
    private const string DownloadCall = "cuMemcpyDtoHAsync";

    /// <summary>Copies host to device and waits.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The copy, or work before it, failed.</exception>
    public void Upload<T>(ReadOnlySpan<T> from, DeviceSlice<T> to)
        where T : unmanaged
    {
        fixed (T* first = from)
        {
            Upload((nint)first, from.Length, to);
        }
    }

    /// <summary>Copies host to device and waits; for more than a span may hold.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The copy, or work before it, failed.</exception>
    public void Upload<T>(NativeSlice<T> from, DeviceSlice<T> to)
        where T : unmanaged
        => Upload(from.Address, from.Length, to);

    /// <summary>Copies device to host and waits.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The copy, or work before it, failed.</exception>
    public void Download<T>(DeviceSlice<T> from, Span<T> to)
        where T : unmanaged
    {
        fixed (T* first = to)
        {
            EnqueueDownload(from, (nint)first, to.Length);
            Synchronize();
        }
    }

    /// <summary>Copies device to the start of a host buffer and waits; for more than a span may hold.</summary>
    /// <exception cref="ArgumentException">The buffer is too small.</exception>
    /// <exception cref="CudaException">The copy, or work before it, failed.</exception>
    public void Download<T>(DeviceSlice<T> from, NativeBuffer to)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(to);
        if (from.Bytes > to.Bytes)
        {
            throw new ArgumentException(
                $"{from.Bytes:N0} bytes of '{from.Name}' do not fit {to.Bytes:N0} bytes.", nameof(to));
        }

        EnqueueDownload(from, to.Address, from.Length);
        Synchronize();
    }

    /// <summary>Copies pinned host to device; the host memory must stay as it is until the stream is past it.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The call failed.</exception>
    public void EnqueueUpload<T>(PinnedSlice<T> from, DeviceSlice<T> to)
        where T : unmanaged
        => EnqueueUpload(from.Address, from.Length, to);

    /// <summary>Copies device to pinned host, which may be read once the stream is past it.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The call failed.</exception>
    public void EnqueueDownload<T>(DeviceSlice<T> from, PinnedSlice<T> to)
        where T : unmanaged
        => EnqueueDownload(from, to.Address, to.Length);

    /// <summary>Copies within the device; the slices must not overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="CudaException">The call failed.</exception>
    public void EnqueueCopy<T>(DeviceSlice<T> from, DeviceSlice<T> to)
        where T : unmanaged
    {
        CheckLengths(from.Length, to.Length, from.Name, to.Name);
        if (to.IsEmpty)
        {
            return;
        }

        nint stream = Handle;
        Context.MakeCurrent();
        Driver.MemcpyDtoDAsync(to.Address, from.Address, (nuint)to.Bytes, stream)
            .OrThrow("cuMemcpyDtoDAsync", Context.Device, $"of {to.Bytes:N0} bytes of '{from.Name}' to '{to.Name}'");
    }

    /// <summary>Sets every byte to zero.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public void EnqueueZero<T>(DeviceSlice<T> to)
        where T : unmanaged
        => EnqueueFill(to.Cast<byte>(), (byte)0);

    /// <summary>Sets every element to a value of 1, 2 or 4 bytes, or of 8 bytes whose halves are the same.</summary>
    /// <exception cref="ArgumentException">The device cannot fill with such a value.</exception>
    /// <exception cref="CudaException">The call failed.</exception>
    public void EnqueueFill<T>(DeviceSlice<T> to, T value)
        where T : unmanaged
    {
        if (to.IsEmpty)
        {
            return;
        }

        nint stream = Handle;
        Context.MakeCurrent();
        CudaResult result = sizeof(T) switch
        {
            1 => Driver.MemsetD8Async(to.Address, Unsafe.BitCast<T, byte>(value), (nuint)to.Length, stream),
            2 => Driver.MemsetD16Async(to.Address, Unsafe.BitCast<T, ushort>(value), (nuint)to.Length, stream),
            4 => Driver.MemsetD32Async(to.Address, Unsafe.BitCast<T, uint>(value), (nuint)to.Length, stream),
            8 => Driver.MemsetD32Async(to.Address, Half(Unsafe.BitCast<T, ulong>(value)), (nuint)to.Length * 2, stream),
            _ => throw new ArgumentException(
                $"A fill takes elements of 1, 2, 4 or 8 bytes; {typeof(T).Name} has {sizeof(T)}.", nameof(value)),
        };
        result.OrThrow("cuMemsetAsync", Context.Device, $"of {to.Bytes:N0} bytes of '{to.Name}'");
    }

    private static uint Half(ulong value)
        => (uint)value == (uint)(value >> 32)
            ? (uint)value
            : throw new ArgumentException($"A fill of 8 bytes needs equal halves, not 0x{value:x16}.", nameof(value));

    private static void CheckLengths(long from, long to, string fromName, string toName)
    {
        if (from != to)
        {
            throw new ArgumentException(
                $"A copy needs equal lengths: {from:N0} elements of '{fromName}', {to:N0} of '{toName}'.", nameof(to));
        }
    }

    private void Upload<T>(nint from, long length, DeviceSlice<T> to)
        where T : unmanaged
    {
        EnqueueUpload(from, length, to);
        Synchronize();
    }

    private void EnqueueUpload<T>(nint from, long length, DeviceSlice<T> to)
        where T : unmanaged
    {
        CheckLengths(length, to.Length, "the host", to.Name);
        if (to.IsEmpty)
        {
            return;
        }

        nint stream = Handle;
        Context.MakeCurrent();
        Driver.MemcpyHtoDAsync(to.Address, from, (nuint)to.Bytes, stream)
            .OrThrow(UploadCall, Context.Device, $"of {to.Bytes:N0} bytes to '{to.Name}'");
    }

    private void EnqueueDownload<T>(DeviceSlice<T> from, nint to, long length)
        where T : unmanaged
    {
        CheckLengths(from.Length, length, from.Name, "the host");
        if (from.IsEmpty)
        {
            return;
        }

        nint stream = Handle;
        Context.MakeCurrent();
        Driver.MemcpyDtoHAsync(to, from.Address, (nuint)from.Bytes, stream)
            .OrThrow(DownloadCall, Context.Device, $"of {from.Bytes:N0} bytes of '{from.Name}'");
    }
}
