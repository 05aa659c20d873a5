using System.Runtime.Intrinsics.X86;

namespace Linr.Memory;

/// <summary>
/// A read-only window on native or mapped memory, longer than a span may be. It does not own the memory: the
/// <see cref="NativeBuffer"/> or <see cref="MappedFile"/> behind it must outlive it.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="address">The first element; 0 only when <paramref name="length"/> is 0.</param>
/// <param name="length">How many elements.</param>
public readonly unsafe struct NativeSlice<T>(nint address, long length)
    where T : unmanaged
{
    /// <summary>The address of the first element.</summary>
    public nint Address { get; } = address;

    /// <summary>How many elements.</summary>
    public long Length { get; } = length;

    /// <summary>How many bytes.</summary>
    public long Bytes => Length * sizeof(T);

    /// <summary>Whether there is no element.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The element at <paramref name="position"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the slice.</exception>
    public ref readonly T this[long position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Length);
            return ref ((T*)Address)[position];
        }
    }

    /// <summary>
    /// Asks the processor to fetch the element at <paramref name="position"/> into its caches; never faults.
    /// </summary>
    public void Prefetch(long position)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((T*)Address + position);
        }
    }

    /// <summary>The whole slice as a span.</summary>
    /// <exception cref="OverflowException">The slice has more elements than a span may have.</exception>
    public ReadOnlySpan<T> Span => new((void*)Address, checked((int)Length));

    /// <summary>The <paramref name="length"/> elements from <paramref name="start"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside the slice.</exception>
    public NativeSlice<T> Slice(long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start, nameof(length));
        return new NativeSlice<T>(Address + (nint)(start * sizeof(T)), length);
    }

    /// <summary>The same bytes seen as elements of another type.</summary>
    /// <exception cref="InvalidOperationException">The bytes are not a whole number of elements.</exception>
    public NativeSlice<TTo> Cast<TTo>()
        where TTo : unmanaged
    {
        if (Bytes % sizeof(TTo) != 0)
        {
            throw new InvalidOperationException(
                $"{Bytes} bytes are not a whole number of {typeof(TTo).Name} ({sizeof(TTo)} bytes each).");
        }

        return new NativeSlice<TTo>(Address, Bytes / sizeof(TTo));
    }
}
