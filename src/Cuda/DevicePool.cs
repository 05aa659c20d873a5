using System.Numerics;

namespace Linr.Cuda;

/// <summary>
/// Device memory for scratch, kept for the next who needs about as much: once every size in use was asked for,
/// nothing is allocated any more, on the device or on the host.
/// </summary>
/// <remarks>
/// A pool belongs to one stream. Scratch may be returned while the stream still works on it, because whoever gets it
/// next comes later in the same stream; for another stream an event has to be waited for before it is returned. Renting
/// what the pool does not have allocates, so do it before a capture. For one thread at a time, as the stream.
/// </remarks>
public sealed class DevicePool : IDisposable
{
    private const int BytesMin = 512;
    private const int StepsPerDoubling = 8;

    private readonly Dictionary<long, Stack<Block>> _free = [];
    private readonly List<Block> _blocks = [];
    private readonly CudaStream _stream;
    private bool _disposed;

    /// <summary>An empty pool for the work of one stream.</summary>
    public DevicePool(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <summary>Bytes of the device that the pool holds, rented or not.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Bytes that are rented now, by the sizes allocated.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>The most bytes that were rented at one time.</summary>
    public long UsedBytesMax { get; private set; }

    /// <summary>How often the pool had to allocate; it stays the same once everything is warm.</summary>
    public long AllocationCount { get; private set; }

    /// <summary>The size that a rent of so many bytes takes: at most an eighth more, or 512 bytes.</summary>
    public static long SizeClass(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes <= BytesMin)
        {
            return BytesMin;
        }

        long step = (1L << BitOperations.Log2((ulong)(bytes - 1))) / StepsPerDoubling;
        return checked((bytes + step - 1) / step * step);
    }

    /// <summary>Rents memory; its contents are not set. Dispose the answer to return it.</summary>
    /// <param name="length">How many elements; 0 is allowed.</param>
    /// <param name="name">What it is for, as the error shows it if the memory is not there.</param>
    /// <exception cref="CudaException">The memory is not there.</exception>
    public unsafe DeviceScratch<T> Rent<T>(long length, string name)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long size = SizeClass(checked(length * sizeof(T)));
        if (!_free.TryGetValue(size, out Stack<Block>? free))
        {
            _free.Add(size, free = new Stack<Block>());
        }

        if (!free.TryPop(out Block? block))
        {
            block = Allocate(size, name);
        }

        UsedBytes += size;
        UsedBytesMax = Math.Max(UsedBytesMax, UsedBytes);
        return new DeviceScratch<T>(this, block, length);
    }

    /// <summary>Gives what is not rented back to the device.</summary>
    public void Trim()
    {
        foreach (Stack<Block> free in _free.Values)
        {
            while (free.TryPop(out Block? block))
            {
                HeldBytes -= block.Memory.Bytes;
                _blocks.Remove(block);
                block.Memory.Dispose();
            }
        }
    }

    /// <summary>Gives everything back; scratch that is still rented can be used no longer.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (Block block in _blocks)
        {
            block.Rental++;
            block.Memory.Dispose();
        }

        _blocks.Clear();
        _free.Clear();
        HeldBytes = 0;
        UsedBytes = 0;
    }

    internal void Return(Block block)
    {
        block.Rental++;
        UsedBytes -= block.Memory.Bytes;
        _free[block.Memory.Bytes].Push(block);
    }

    private Block Allocate(long size, string name)
    {
        var block = new Block(new DeviceBuffer<byte>(_stream.Context, size, name));
        _blocks.Add(block);
        HeldBytes += size;
        AllocationCount++;
        return block;
    }

    /// <summary>One piece of memory, and which rental of it is the current one.</summary>
    internal sealed class Block(DeviceBuffer<byte> memory)
    {
        public DeviceBuffer<byte> Memory { get; } = memory;

        public long Rental { get; set; }
    }
}
