using Linr.Memory;

namespace Linr.Index;

/// <summary>
/// Byte strings by position, in blocks of 65,536: 8 bytes of offset and its own bytes each. Blocks are owned native
/// memory or slices of a mapped file. Strings are appended; or, from <see cref="Grow"/> on, set at any position that
/// nobody reads, at 16 bytes of offsets.
/// </summary>
internal sealed partial class BytesStore : IDisposable
{
    private readonly List<NativeList<long>> _ownedOffsets = [];
    private readonly List<NativeList<byte>> _ownedBytes = [];
    private Entry[] _blocks = [];

    /// <summary>How many strings.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of all strings together.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>How many blocks.</summary>
    public int BlockCount => (int)((Count + Limits.BlockRows - 1) / Limits.BlockRows);

    /// <summary>Bytes of native memory held; mapped blocks hold none.</summary>
    public long OwnedBytes => _ownedOffsets.Sum(list => list.Bytes) + _ownedBytes.Sum(list => list.Bytes)
        + _live.Values.Sum(one => one.Bytes);

    /// <summary>
    /// Strings of a mapped file: string i is bytes offsets[i] to offsets[i + 1]. The offsets must have been checked
    /// to rise from 0 to the length of <paramref name="bytes"/>.
    /// </summary>
    public static BytesStore Map(NativeSlice<long> offsets, NativeSlice<byte> bytes)
    {
        long count = offsets.Length - 1;
        var store = new BytesStore
        {
            Count = count,
            ContentBytes = bytes.Length,
            _blocks = new Entry[(count + Limits.BlockRows - 1) / Limits.BlockRows],
        };
        for (int block = 0; block < store._blocks.Length; block++)
        {
            long first = (long)block * Limits.BlockRows;
            long length = Math.Min(Limits.BlockRows, count - first) + 1;
            store._blocks[block] = Entry.Of(offsets.Slice(first, length), bytes);
        }

        return store;
    }

    /// <summary>The string at <paramref name="position"/>.</summary>
    public ReadOnlySpan<byte> Read(long position)
    {
        Entry entry = Volatile.Read(ref _blocks[position / Limits.BlockRows]);
        long within = position % Limits.BlockRows;
        long start = entry.Starts[within];
        return entry.Bytes.Slice(start, entry.Ends[within] - start).Span;
    }

    /// <summary>The bytes of all strings of a block, in order; not of one whose strings are set at any position.</summary>
    public NativeSlice<byte> BlockBytes(int block)
    {
        Entry entry = _blocks[block];
        long start = entry.Starts[0];
        return entry.Bytes.Slice(start, entry.Ends[entry.Ends.Length - 1] - start);
    }

    /// <summary>Asks for the offset of a string, which a read will need first.</summary>
    public void Prefetch(long position)
        => _blocks[position / Limits.BlockRows].Starts.Prefetch(position % Limits.BlockRows);

    /// <summary>Appends a string.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        int block = (int)(Count / Limits.BlockRows);
        if (block == _ownedOffsets.Count)
        {
            Trim();
            _ownedOffsets.Add(new NativeList<long>());
            _ownedBytes.Add(new NativeList<byte>());
            _ownedOffsets[block].Add(0);
            if (block == _blocks.Length)
            {
                Array.Resize(ref _blocks, Math.Max(4, block * 2));
            }
        }

        _ownedBytes[block].AddRange(value);
        _ownedOffsets[block].Add(_ownedBytes[block].Count);
        _blocks[block] = Entry.Of(_ownedOffsets[block].Slice(), _ownedBytes[block].Slice());
        Count++;
        ContentBytes += value.Length;
    }

    /// <summary>Gives back the memory beyond the last string.</summary>
    public void Trim()
    {
        int last = _ownedOffsets.Count - 1;
        if (last >= 0)
        {
            _ownedOffsets[last].Trim();
            _ownedBytes[last].Trim();
            _blocks[last] = Entry.Of(_ownedOffsets[last].Slice(), _ownedBytes[last].Slice());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ownedOffsets.ForEach(list => list.Dispose());
        _ownedBytes.ForEach(list => list.Dispose());
        DisposeLive();
    }

    // One reference: a reader has all of an entry or all of the one before.
    private sealed record Entry(NativeSlice<long> Starts, NativeSlice<long> Ends, NativeSlice<byte> Bytes)
    {
        public static Entry Of(NativeSlice<long> offsets, NativeSlice<byte> bytes)
            => new(offsets.Slice(0, offsets.Length - 1), offsets.Slice(1, offsets.Length - 1), bytes);
    }
}
