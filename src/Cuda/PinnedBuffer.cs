using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// One owner of host memory that the device copies to and from by itself, while the host goes on; its contents are not
/// set. It is taken from what the machine can page, so it is for what moves often.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed unsafe class PinnedBuffer<T> : CudaOwner
    where T : unmanaged
{
    private readonly ulong _deviceAddress;

    /// <summary>Allocates.</summary>
    /// <param name="context">Where; copies of every other context may use the memory too.</param>
    /// <param name="length">How many elements; 0 is allowed.</param>
    /// <param name="name">What it is for, as errors show it.</param>
    /// <param name="isMapped">Whether kernels may read and write it in place, over the bus.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="OverflowException">The bytes are more than a <see cref="long"/> holds.</exception>
    /// <exception cref="CudaException">The memory cannot be pinned.</exception>
    public PinnedBuffer(CudaContext context, long length, string name, bool isMapped = false)
        : base(context, CudaOwnerKind.PinnedBuffer, name, checked(length * sizeof(T)))
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        context.MakeCurrent();
        Driver.MemHostAlloc(
            out nint address,
            (nuint)Math.Max(Bytes, 1),
            Driver.HostPortable | (isMapped ? Driver.HostMapped : 0))
            .OrThrow("cuMemHostAlloc", context.Device, $"of {Bytes:N0} bytes for '{name}'");
        Own(address);
        if (isMapped)
        {
            CudaResult result = Driver.MemHostGetDevicePointer(out _deviceAddress, address, 0);
            if (result != CudaResult.Success)
            {
                Dispose();
            }

            result.OrThrow("cuMemHostGetDevicePointer", context.Device, $"for '{name}'");
        }
    }

    /// <summary>How many elements.</summary>
    public long Length { get; }

    /// <summary>All of it as kernels see it.</summary>
    /// <exception cref="InvalidOperationException">The buffer was not made to be mapped.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public DeviceSlice<T> OnDevice
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            return _deviceAddress != 0
                ? new DeviceSlice<T>(_deviceAddress, Length, this)
                : throw new InvalidOperationException($"The pinned buffer '{Name}' was not made to be mapped.");
        }
    }

    /// <summary>All of it as a span.</summary>
    /// <exception cref="OverflowException">The buffer has more elements than a span may have.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public Span<T> Span => Slice().Span;

    /// <summary>All of it.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public PinnedSlice<T> Slice() => new(Handle, Length);

    /// <summary>The <paramref name="length"/> elements from <paramref name="start"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public PinnedSlice<T> Slice(long start, long length) => Slice().Slice(start, length);

    private protected override CudaResult Free(nint handle) => Driver.MemFreeHost(handle);
}
