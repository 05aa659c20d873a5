using System.Numerics;
using Linr.Memory;

namespace Linr.Index;

/// <summary>
/// Fixed-width storage in blocks: every block but the last is full, growth never copies a full block, and a block is
/// either owned native memory or a slice of a mapped file. A unit is a row or, for masks, a word of 64 rows. Readers
/// may go on while full blocks are added.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="unitsPerBlock">Units in a full block, a power of two.</param>
/// <param name="stride">Elements in a unit.</param>
internal sealed class BlockStore<T>(int unitsPerBlock, int stride) : IDisposable
    where T : unmanaged
{
    private const int FirstUnits = 1_024;

    // Shifts and masks: a division by a variable costs more than the read.
    private readonly int _blockShift = BitOperations.Log2((uint)unitsPerBlock);
    private readonly uint _unitMask = (uint)unitsPerBlock - 1;

    // [block]; null where it is mapped.
    private readonly List<NativeBuffer?> _owned = [];
    private NativeSlice<T>[] _blocks = [];
    private int _blockCount;

    /// <summary>Storage with one element a row.</summary>
    public static BlockStore<T> OfRows(int stride = 1) => new(Limits.BlockRows, stride);

    /// <summary>Storage whose blocks are slices of <paramref name="all"/>, which must outlive it.</summary>
    public static BlockStore<T> Map(NativeSlice<T> all, int unitsPerBlock, int stride)
    {
        var store = new BlockStore<T>(unitsPerBlock, stride);
        long blockLength = (long)unitsPerBlock * stride;
        for (long start = 0; start < all.Length; start += blockLength)
        {
            store.AddBlock(all.Slice(start, Math.Min(blockLength, all.Length - start)), owner: null);
        }

        return store;
    }

    /// <summary>Storage that owns a copy of <paramref name="all"/>.</summary>
    public static BlockStore<T> Copy(NativeSlice<T> all, int unitsPerBlock, int stride)
    {
        var store = new BlockStore<T>(unitsPerBlock, stride);
        long blockLength = (long)unitsPerBlock * stride;
        for (long start = 0; start < all.Length; start += blockLength)
        {
            NativeSlice<T> block = all.Slice(start, Math.Min(blockLength, all.Length - start));
            var buffer = new NativeBuffer(block.Bytes);
            block.Span.CopyTo(buffer.Span<T>(0, (int)block.Length));
            store.AddBlock(buffer.Slice<T>(), buffer);
        }

        return store;
    }

    /// <summary>How many blocks.</summary>
    public int BlockCount => _blockCount;

    /// <summary>Bytes of native memory held; mapped blocks hold none.</summary>
    public long OwnedBytes => _owned.Sum(buffer => buffer?.Bytes ?? 0);

    /// <summary>The elements of one block, capacity not yet used included.</summary>
    public NativeSlice<T> Block(int block) => _blocks[block];

    /// <summary>The elements of one unit.</summary>
    public ReadOnlySpan<T> Read(long unit)
        => _blocks[unit >> _blockShift].Slice((unit & _unitMask) * stride, stride).Span;

    /// <summary>The element of one unit of stride 1.</summary>
    public T ReadOne(long unit) => _blocks[unit >> _blockShift][unit & _unitMask];

    /// <summary>The element of one unit of stride 1, to come.</summary>
    public void Prefetch(long unit) => _blocks[unit >> _blockShift].Prefetch(unit & _unitMask);

    /// <summary>The elements of one unit, to write; the storage grows to hold it.</summary>
    public Span<T> Write(long unit) => Write(unit, 1);

    /// <summary>The elements of consecutive units of one block, to write; the storage grows to hold them.</summary>
    public Span<T> Write(long unit, int count)
    {
        int block = (int)(unit >> _blockShift);
        int first = (int)(unit & _unitMask);
        Reserve(block, first + count);
        return _owned[block]!.Span<T>((long)first * stride, checked(count * stride));
    }

    /// <summary>Units left in the block of <paramref name="unit"/>, itself included.</summary>
    public int UnitsToBlockEnd(long unit) => unitsPerBlock - (int)(unit & _unitMask);

    /// <summary>Gives back the memory beyond <paramref name="units"/> units.</summary>
    public void Trim(long units)
    {
        int last = _owned.Count - 1;
        if (last < 0 || _owned[last] is not { } buffer)
        {
            return;
        }

        long bytes = (units - ((long)last * unitsPerBlock)) * BytesPerUnit;
        if (bytes < buffer.Bytes)
        {
            buffer.Resize(bytes);
            _blocks[last] = buffer.Slice<T>();
        }
    }

    /// <summary>
    /// Makes so many full blocks, of zeros behind what there is. Nobody may read meanwhile where the last block was not
    /// full: it moves into memory of its own.
    /// </summary>
    public void Grow(int blocks)
    {
        int last = _blockCount - 1;
        if (last >= 0 && _blocks[last].Length < (long)unitsPerBlock * stride)
        {
            var buffer = new NativeBuffer(unitsPerBlock * BytesPerUnit);
            _blocks[last].Span.CopyTo(buffer.Span<T>(0, (int)_blocks[last].Length));
            _owned[last]?.Dispose();
            _owned[last] = buffer;
            _blocks[last] = buffer.Slice<T>();
        }

        while (_blockCount < blocks)
        {
            var buffer = new NativeBuffer(unitsPerBlock * BytesPerUnit);
            AddBlock(buffer.Slice<T>(), buffer);
        }
    }

    /// <summary>
    /// Hands over the buffers of the first <paramref name="units"/> units, one a block, and is empty then.
    /// </summary>
    public NativeBuffer[] Detach(long units)
    {
        if (units > 0)
        {
            _ = Write(units - 1);
        }

        Trim(units);
        NativeBuffer[] buffers = [.. _owned.Select(buffer => buffer!)];
        _owned.Clear();
        _blocks = [];
        _blockCount = 0;
        return buffers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (NativeBuffer? buffer in _owned)
        {
            buffer?.Dispose();
        }
    }

    private long BytesPerUnit => new NativeSlice<T>(0, stride).Bytes;

    private void Reserve(int block, int units)
    {
        while (_owned.Count <= block)
        {
            // Only a first block starts small: a table that has filled one will want the next.
            int first = _owned.Count == 0 ? Math.Min(FirstUnits, unitsPerBlock) : unitsPerBlock;
            var buffer = new NativeBuffer(first * BytesPerUnit);
            AddBlock(buffer.Slice<T>(), buffer);
        }

        if (_blocks[block].Length < (long)units * stride)
        {
            long grown = Math.Min(unitsPerBlock, Math.Max(units, _blocks[block].Length / stride * 4));
            _owned[block]!.Resize(grown * BytesPerUnit);
            _blocks[block] = _owned[block]!.Slice<T>();
        }
    }

    private void AddBlock(NativeSlice<T> block, NativeBuffer? owner)
    {
        _owned.Add(owner);
        if (_blockCount == _blocks.Length)
        {
            Array.Resize(ref _blocks, Math.Max(4, _blockCount * 2));
        }

        _blocks[_blockCount++] = block;
    }
}
