using Linr.Memory;

namespace Linr.Index;

/// <content>Strings that are set at any position, while others are read.</content>
internal sealed partial class BytesStore
{
    private const long FirstBytes = 4_096;

    private readonly Dictionary<int, LiveBlock> _live = [];

    /// <summary>
    /// Makes so many full blocks, whose strings may be set; empty ones behind what there is. Nobody may read meanwhile
    /// where the last block was not full.
    /// </summary>
    public void Grow(int blocks)
    {
        int had = BlockCount;
        int last = had - 1;
        int tail = (int)(Count % Limits.BlockRows);
        if (last >= 0 && tail != 0)
        {
            // Of a mapped file the block's bytes are those of all strings.
            Entry entry = _blocks[last];
            LiveBlock block = LiveBlock.Empty(2 * (entry.Ends[tail - 1] - entry.Starts[0]));
            for (int within = 0; within < tail; within++)
            {
                block.Append(within, Read(((long)last * Limits.BlockRows) + within));
            }

            _live[last] = block;
            _blocks[last] = block.ToEntry();
        }

        if (blocks > _blocks.Length)
        {
            Array.Resize(ref _blocks, Math.Max(blocks, _blocks.Length * 2));
        }

        for (int block = had; block < blocks; block++)
        {
            _live[block] = LiveBlock.Empty(FirstBytes);
            _blocks[block] = _live[block].ToEntry();
        }

        Count = Math.Max(Count, (long)blocks * Limits.BlockRows);
    }

    /// <summary>Sets a string at a position of a block that was grown, and that nobody reads.</summary>
    /// <param name="position">The position.</param>
    /// <param name="value">The string.</param>
    /// <param name="retired">Takes memory that readers may still have.</param>
    public void Set(long position, ReadOnlySpan<byte> value, ICollection<NativeBuffer> retired)
    {
        int number = (int)(position / Limits.BlockRows);
        LiveBlock block = _live[number];
        if (!block.HasRoom(value.Length))
        {
            block = block.Rebuilt(value.Length, (int)(position % Limits.BlockRows), retired);
            _live[number] = block;
            block.Append((int)(position % Limits.BlockRows), value);
            Volatile.Write(ref _blocks[number], block.ToEntry());
            return;
        }

        block.Append((int)(position % Limits.BlockRows), value);
    }

    private void DisposeLive()
    {
        foreach (LiveBlock block in _live.Values)
        {
            block.Dispose();
        }
    }

    private sealed class LiveBlock(NativeBuffer starts, NativeBuffer ends, NativeBuffer heap) : IDisposable
    {
        private long _used;

        public long Bytes => starts.Bytes + ends.Bytes + heap.Bytes;

        public static LiveBlock Empty(long bytes) => new(
            new NativeBuffer(Limits.BlockRows * sizeof(long)),
            new NativeBuffer(Limits.BlockRows * sizeof(long)),
            new NativeBuffer(Math.Max(bytes, FirstBytes)));

        public Entry ToEntry() => new(starts.Slice<long>(), ends.Slice<long>(), heap.Slice<byte>());

        public bool HasRoom(int length) => _used + length <= heap.Bytes;

        public void Append(int within, ReadOnlySpan<byte> value)
        {
            value.CopyTo(heap.Span<byte>(_used, value.Length));
            starts.Span<long>(within, 1)[0] = _used;
            _used += value.Length;
            ends.Span<long>(within, 1)[0] = _used;
        }

        // The strings alone, without those that were replaced, and as much again.
        public LiveBlock Rebuilt(int length, int but, ICollection<NativeBuffer> retired)
        {
            ReadOnlySpan<long> from = starts.Span<long>(0, Limits.BlockRows);
            ReadOnlySpan<long> to = ends.Span<long>(0, Limits.BlockRows);
            long bytes = 0;
            for (int row = 0; row < Limits.BlockRows; row++)
            {
                bytes += to[row] - from[row];
            }

            LiveBlock rebuilt = Empty(2 * (bytes + length));
            for (int row = 0; row < Limits.BlockRows; row++)
            {
                if (row != but)
                {
                    rebuilt.Append(row, heap.Span<byte>(from[row], (int)(to[row] - from[row])));
                }
            }

            Array.ForEach(Buffers, retired.Add);
            return rebuilt;
        }

        public void Dispose() => Array.ForEach(Buffers, buffer => buffer.Dispose());

        private NativeBuffer[] Buffers => [starts, ends, heap];
    }
}
