using Linr.Cuda.Internal;
using Linr.Memory;

namespace Linr.Cuda;

/// <summary>
/// Pins host memory that something else owns, until it is disposed; that owner must outlive this one. Pinning takes
/// about as long as one read of the memory, so it pays for memory that is copied more than once.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class RegisteredMemory<T> : CudaOwner
    where T : unmanaged
{
    private readonly long _length;

    /// <summary>Pins.</summary>
    /// <param name="context">Where; copies of every other context may use the memory too.</param>
    /// <param name="memory">At least one element of memory that may be written.</param>
    /// <param name="name">What it is for, as errors show it.</param>
    /// <exception cref="ArgumentException">The slice is empty.</exception>
    /// <exception cref="CudaException">The memory cannot be pinned, or is already.</exception>
    public RegisteredMemory(CudaContext context, NativeSlice<T> memory, string name)
        : base(context, CudaOwnerKind.RegisteredMemory, name, memory.Bytes)
    {
        if (memory.IsEmpty)
        {
            throw new ArgumentException("There is nothing to pin in an empty slice.", nameof(memory));
        }

        _length = memory.Length;
        context.MakeCurrent();
        Driver.MemHostRegister(memory.Address, (nuint)memory.Bytes, Driver.HostPortable)
            .OrThrow("cuMemHostRegister", context.Device, $"of {Bytes:N0} bytes for '{name}'");
        Own(memory.Address);
    }

    /// <summary>All of it.</summary>
    /// <exception cref="ObjectDisposedException">The memory is pinned no longer.</exception>
    public PinnedSlice<T> Slice() => new(Handle, _length);

    private protected override CudaResult Free(nint handle) => Driver.MemHostUnregister(handle);
}
