using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// The one owner of one thing of the driver, in one context. Dispose it, on any thread; a finalizer run gives the
/// thing back too, but counts as a leak in <see cref="CudaOwners.LeakCount"/>.
/// </summary>
public abstract class CudaOwner : IDisposable
{
    private nint _handle;

    private protected CudaOwner(CudaContext context, CudaOwnerKind kind, string name, long bytes = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Context = context;
        Kind = kind;
        Name = name;
        Bytes = bytes;
    }

    /// <summary>Counts an owner that nobody disposed.</summary>
    ~CudaOwner()
    {
        if (_handle != 0)
        {
            CudaOwners.Leaked();
            Release();
        }
    }

    /// <summary>The context that the thing lives in; it stays open until its last owner is disposed.</summary>
    public CudaContext Context { get; }

    /// <summary>What kind of thing it is.</summary>
    public CudaOwnerKind Kind { get; }

    /// <summary>What it is for, as errors show it.</summary>
    public string Name { get; }

    /// <summary>How many bytes it holds; 0 for things without a size.</summary>
    public long Bytes { get; }

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed => _handle == 0;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>What it is for.</summary>
    public override string ToString() => Name;

    /// <summary>Takes a thing that the driver just made.</summary>
    private protected void Own(nint handle)
    {
        Context.AddOwner();
        _handle = handle;
        CudaOwners.Made(Kind, Bytes);
    }

    /// <summary>Gives the thing back; the context is current.</summary>
    private protected abstract CudaResult Free(nint handle);

    private void Release()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle == 0)
        {
            return;
        }

        CudaResult result = Context.TryMakeCurrent();
        if (result == CudaResult.Success)
        {
            result = Free(handle);
        }

        CudaOwners.Freed(Kind, Bytes, result);
        Context.RemoveOwner();
    }
}
