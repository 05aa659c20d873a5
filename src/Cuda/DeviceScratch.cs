namespace Linr.Cuda;

/// <summary>Memory rented from a <see cref="DevicePool"/>. Dispose it once; its copies are then returned too.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly unsafe struct DeviceScratch<T> : IDisposable
    where T : unmanaged
{
    private readonly DevicePool _pool;
    private readonly DevicePool.Block _block;
    private readonly long _rental;

    internal DeviceScratch(DevicePool pool, DevicePool.Block block, long length)
    {
        _pool = pool;
        _block = block;
        _rental = block.Rental;
        Length = length;
    }

    /// <summary>How many elements were asked for.</summary>
    public long Length { get; }

    /// <summary>The elements asked for.</summary>
    /// <exception cref="ObjectDisposedException">The memory was returned.</exception>
    public DeviceSlice<T> Slice()
    {
        ObjectDisposedException.ThrowIf(_block.Rental != _rental, typeof(DeviceScratch<T>));
        return _block.Memory.Slice(0, Length * sizeof(T)).Cast<T>();
    }

    /// <summary>Returns the memory; a second time does nothing.</summary>
    public void Dispose()
    {
        if (_block is not null && _block.Rental == _rental)
        {
            _pool.Return(_block);
        }
    }
}
