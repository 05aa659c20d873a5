namespace Linr.Cuda;

/// <summary>
/// A window on device memory, of any length. It does not own the memory: what it was taken from must outlive its use,
/// the device's included.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly unsafe struct DeviceSlice<T>
    where T : unmanaged
{
    private readonly CudaOwner? _owner;

    internal DeviceSlice(ulong address, long length, CudaOwner? owner)
    {
        Address = address;
        Length = length;
        _owner = owner;
    }

    /// <summary>The device address of the first element.</summary>
    public ulong Address { get; }

    /// <summary>How many elements.</summary>
    public long Length { get; }

    /// <summary>How many bytes.</summary>
    public long Bytes => Length * sizeof(T);

    /// <summary>Whether there is no element.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>What the memory is for.</summary>
    public string Name => _owner?.Name ?? "nothing";

    /// <summary>The argument of a kernel that takes the address.</summary>
    public static implicit operator KernelArgument(DeviceSlice<T> slice) => new(slice.Address);

    /// <summary>The <paramref name="length"/> elements from <paramref name="start"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside the slice.</exception>
    public DeviceSlice<T> Slice(long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start, nameof(length));
        return new DeviceSlice<T>(Address + ((ulong)start * (ulong)sizeof(T)), length, _owner);
    }

    /// <summary>The same bytes seen as elements of another type.</summary>
    /// <exception cref="InvalidOperationException">
    /// The bytes are not a whole number of elements, or the address is not a multiple of the power of two in an
    /// element's size.
    /// </exception>
    public DeviceSlice<TTo> Cast<TTo>()
        where TTo : unmanaged
    {
        if (Bytes % sizeof(TTo) != 0 || Address % (ulong)(sizeof(TTo) & -sizeof(TTo)) != 0)
        {
            throw new InvalidOperationException(
                $"{Bytes} bytes at 0x{Address:x} are not a whole number of aligned {typeof(TTo).Name} "
                + $"({sizeof(TTo)} bytes each).");
        }

        return new DeviceSlice<TTo>(Address, Bytes / sizeof(TTo), _owner);
    }
}
