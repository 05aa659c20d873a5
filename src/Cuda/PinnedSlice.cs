using Linr.Memory;

namespace Linr.Cuda;

/// <summary>
/// A writable window on pinned host memory, of any length. It does not own the memory: what it was taken from must
/// outlive its use, the device's included.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly unsafe struct PinnedSlice<T>
    where T : unmanaged
{
    internal PinnedSlice(nint address, long length)
    {
        Address = address;
        Length = length;
    }

    /// <summary>The host address of the first element.</summary>
    public nint Address { get; }

    /// <summary>How many elements.</summary>
    public long Length { get; }

    /// <summary>The whole slice as a span.</summary>
    /// <exception cref="OverflowException">The slice has more elements than a span may have.</exception>
    public Span<T> Span => new((void*)Address, checked((int)Length));

    /// <summary>The same memory, to read only.</summary>
    public static implicit operator NativeSlice<T>(PinnedSlice<T> slice) => new(slice.Address, slice.Length);

    /// <summary>The <paramref name="length"/> elements from <paramref name="start"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside the slice.</exception>
    public PinnedSlice<T> Slice(long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start, nameof(length));
        return new PinnedSlice<T>(Address + (nint)(start * sizeof(T)), length);
    }
}
