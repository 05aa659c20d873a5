using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests.Filter;

/// <summary>Random column blocks in memory that ends right after the last element, as a mapped file's may.</summary>
internal sealed class RandomColumns(int seed, int rowCount) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<NativeBuffer> _buffers = [];

    public int RowCount { get; } = rowCount;

    public int BlockCount { get; } = (rowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows;

    /// <summary>
    /// A column of values below <paramref name="limit"/>; blocks of codes have any width that holds them.
    /// </summary>
    public ColumnBlock[] Make(ColumnElement element, int limit, bool isMultiValued)
    {
        ColumnBlock[] blocks = new ColumnBlock[BlockCount];
        for (int block = 0; block < blocks.Length; block++)
        {
            int rows = Math.Min(ScanSegment.BlockRows, RowCount - (block * ScanSegment.BlockRows));
            ColumnElement width = element == ColumnElement.Code32 ? Width(limit) : element;
            blocks[block] = isMultiValued ? Many(width, rows, limit) : One(width, rows, limit);
        }

        return blocks;
    }

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private ColumnElement Width(int limit)
    {
        ColumnElement narrowest = limit <= 256 ? ColumnElement.Code8
            : limit <= 65_536 ? ColumnElement.Code16 : ColumnElement.Code32;
        return (ColumnElement)_random.Next((int)narrowest, (int)ColumnElement.Code32 + 1);
    }

    private ColumnBlock One(ColumnElement element, int rows, int limit)
    {
        bool isCode = element <= ColumnElement.Code32;
        nint values = Values(element, rows, limit, least: 0);
        nint present = isCode || _random.Next(3) == 0
            ? 0
            : Fill<ulong>((rows + 63) / 64, () => (ulong)_random.NextInt64());
        return new ColumnBlock(element, values, rows, present, 0, 0);
    }

    /// <summary>
    /// Mostly in order, as they are built; some rows scattered, as updates leave them; some without values.
    /// </summary>
    private ColumnBlock Many(ColumnElement element, int rows, int limit)
    {
        uint[] starts = new uint[rows];
        uint[] counts = new uint[rows];
        int most = _random.Next(4) == 0 ? 90 : _random.Next(1, 6);
        bool isScattered = _random.Next(3) == 0;
        uint heap = 0;
        for (int i = 0; i < rows; i++)
        {
            int row = isScattered ? (int)(i * 7919L % rows) : i;
            counts[row] = isScattered && counts[row] > 0 ? counts[row] : (uint)_random.Next(0, most + 1);
            starts[row] = counts[row] == 0 ? (uint)_random.Next() : heap;
            heap += counts[row];
        }

        if (_random.Next(3) == 0)
        {
            counts[_random.Next(rows)] = Math.Min(heap, 20_000);
            starts[0] = 0;
            counts[0] = Math.Min(heap, 3);
        }

        for (int row = 0; row < rows; row++)
        {
            starts[row] = counts[row] == 0 || starts[row] + (long)counts[row] <= heap
                ? starts[row]
                : heap - counts[row];
        }

        int least = element <= ColumnElement.Code32 ? 1 : 0;
        return new ColumnBlock(
            element, Values(element, (int)heap, limit, least), heap, 0, Fill(starts), Fill(counts));
    }

    private nint Values(ColumnElement element, int count, int limit, int least) => element switch
    {
        ColumnElement.Code8 => Fill(count, () => (byte)_random.Next(least, Math.Min(limit, 256))),
        ColumnElement.Byte => Fill(count, () => (byte)_random.Next(2)),
        ColumnElement.Code16 => Fill(count, () => (ushort)_random.Next(least, Math.Min(limit, 65_536))),
        ColumnElement.Code32 => Fill(count, () => (uint)_random.Next(least, limit)),
        ColumnElement.Int64 => Fill(count, () => Number(limit)),
        _ => Fill(
            count, () => Number(limit) switch { long.MinValue => double.NegativeInfinity, long value => value / 4.0 }),
    };

    private long Number(int limit) => _random.Next(50) switch
    {
        0 => long.MinValue,
        1 => long.MaxValue,
        _ => _random.Next(-limit, limit),
    };

    private nint Fill<T>(int count, Func<T> next)
        where T : unmanaged
        => Fill(Enumerable.Range(0, count).Select(_ => next()).ToArray());

    private nint Fill<T>(T[] values)
        where T : unmanaged
    {
        NativeBuffer buffer = new(values.Length * (long)System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        _buffers.Add(buffer);
        values.CopyTo(buffer.Span<T>(0, values.Length));
        return buffer.Address;
    }
}
