using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// A hold on the primary context of a device, which every library of the process shares. Opening a device twice gives
/// two holds on the same context. It stays open until it is disposed and so are all owners made in it.
/// </summary>
/// <remarks>
/// Threads: every call of an owner makes its own context current on the calling thread first and leaves it current, so
/// any thread may use any owner of any device. An owner is for one thread at a time; disposing it is not to race with
/// its use.
/// </remarks>
public sealed class CudaContext : IDisposable
{
    private readonly nint _handle;

    // This hold itself, and one for each live owner.
    private int _references = 1;
    private int _disposed;

    /// <summary>Opens a device.</summary>
    /// <exception cref="CudaException">The context cannot be made, for want of memory, say.</exception>
    public CudaContext(CudaDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        Driver.DevicePrimaryCtxRetain(out _handle, device.Handle).OrThrow("cuDevicePrimaryCtxRetain", device, $"");
        CudaOwners.Made(CudaOwnerKind.Context, 0);
    }

    /// <summary>Counts a context that nobody disposed.</summary>
    ~CudaContext()
    {
        if (_handle != 0)
        {
            CudaOwners.Leaked();
            RemoveOwner();
        }
    }

    /// <summary>The device.</summary>
    public CudaDevice Device { get; }

    /// <summary>The device's memory that no process has taken, in bytes.</summary>
    /// <exception cref="CudaException">The context is broken.</exception>
    public long FreeBytes
    {
        get
        {
            MakeCurrent();
            Driver.MemGetInfo(out nuint freeBytes, out _).OrThrow("cuMemGetInfo", Device, $"");
            return (long)freeBytes;
        }
    }

    /// <summary>Makes the context current on the calling thread. The owners do so themselves.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed, and so was the last owner in it.</exception>
    /// <exception cref="CudaException">The context is broken.</exception>
    public void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _references) == 0, this);
        TryMakeCurrent().OrThrow("cuCtxSetCurrent", Device, $"");
    }

    /// <summary>Waits until the device has done all that was asked of it in this context, on every stream.</summary>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public void Synchronize()
    {
        MakeCurrent();
        Driver.CtxSynchronize().OrThrow("cuCtxSynchronize", Device, $"");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            RemoveOwner();
        }

        GC.SuppressFinalize(this);
    }

    internal CudaResult TryMakeCurrent() => Driver.CtxSetCurrent(_handle);

    /// <summary>Whether the other is a hold on the same context.</summary>
    internal bool IsSameAs(CudaContext other) => _handle == other._handle;

    internal void AddOwner() => Interlocked.Increment(ref _references);

    internal void RemoveOwner()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            CudaResult result = Driver.DevicePrimaryCtxRelease(Device.Handle);
            CudaOwners.Freed(CudaOwnerKind.Context, 0, result);
        }
    }
}
