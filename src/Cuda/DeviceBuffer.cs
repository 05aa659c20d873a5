using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>One owner of one piece of device memory; its contents are not set.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed unsafe class DeviceBuffer<T> : CudaOwner
    where T : unmanaged
{
    /// <summary>Allocates.</summary>
    /// <param name="context">Where.</param>
    /// <param name="length">How many elements; 0 is allowed.</param>
    /// <param name="name">What it is for, as errors show it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="OverflowException">The bytes are more than a <see cref="long"/> holds.</exception>
    /// <exception cref="CudaException">The memory is not there.</exception>
    public DeviceBuffer(CudaContext context, long length, string name)
        : base(context, CudaOwnerKind.DeviceBuffer, name, checked(length * sizeof(T)))
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        context.MakeCurrent();

        // The driver refuses to allocate nothing; an empty buffer still has an owner and an address.
        Driver.MemAlloc(out ulong address, (nuint)Math.Max(Bytes, 1))
            .OrThrow("cuMemAlloc", context.Device, $"of {Bytes:N0} bytes for '{name}'");
        Own((nint)address);
    }

    /// <summary>How many elements.</summary>
    public long Length { get; }

    /// <summary>All of it.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public DeviceSlice<T> Slice() => new((ulong)Handle, Length, this);

    /// <summary>The <paramref name="length"/> elements from <paramref name="start"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public DeviceSlice<T> Slice(long start, long length) => Slice().Slice(start, length);

    private protected override CudaResult Free(nint handle) => Driver.MemFree((ulong)handle);
}
