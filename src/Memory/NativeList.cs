namespace Linr.Memory;

/// <summary>
/// One owner of a growing native array, longer than a span may be. Growth copies, so slices taken before an append
/// must not be read after it.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed unsafe class NativeList<T> : IDisposable
    where T : unmanaged
{
    private const int FirstCapacity = 16;

    private NativeBuffer _buffer = new(0);

    /// <summary>How many elements.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes held, those not yet used included.</summary>
    public long Bytes => _buffer.Bytes;

    /// <summary>The element at <paramref name="position"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the list.</exception>
    public ref T this[long position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
            return ref ((T*)_buffer.Address)[position];
        }
    }

    /// <summary>Appends one element.</summary>
    public void Add(T value)
    {
        Reserve(Count + 1);
        ((T*)_buffer.Address)[Count++] = value;
    }

    /// <summary>Appends elements.</summary>
    public void AddRange(ReadOnlySpan<T> values)
    {
        Reserve(Count + values.Length);
        values.CopyTo(new Span<T>((T*)_buffer.Address + Count, values.Length));
        Count += values.Length;
    }

    /// <summary>All elements, to read until the next append.</summary>
    public NativeSlice<T> Slice() => new(Count == 0 ? 0 : _buffer.Address, Count);

    /// <summary>Gives back the memory beyond the last element.</summary>
    public void Trim()
    {
        if (Count * sizeof(T) < _buffer.Bytes)
        {
            _buffer.Resize(Count * sizeof(T));
        }
    }

    /// <summary>Hands over the buffer, cut to the elements, and is empty then.</summary>
    public NativeBuffer Detach()
    {
        Trim();
        NativeBuffer buffer = _buffer;
        _buffer = new NativeBuffer(0);
        Count = 0;
        return buffer;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private void Reserve(long count)
    {
        long capacity = _buffer.Bytes / sizeof(T);
        if (count > capacity)
        {
            _buffer.Resize(Math.Max(Math.Max(count, FirstCapacity), capacity * 2) * sizeof(T));
        }
    }
}
