using System.Numerics.Tensors;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Engine.Bench;

/// <summary>Random rows in native memory, as floats and as halves, and queries for them.</summary>
internal sealed class BenchTable : IDisposable
{
    private readonly List<NativeBuffer> _buffers = [];
    private readonly RowBlock[] _singles;
    private readonly RowBlock[] _halves;
    private readonly NativeBuffer _rows;
    private readonly long _rowCount;
    private readonly int _dim;

    public BenchTable(long rowCount, int dim, int seed)
    {
        _rowCount = rowCount;
        _dim = dim;
        int blockCount = (int)((rowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows);
        _rows = Allocate(rowCount * dim * sizeof(float));
        NativeBuffer halves = Allocate(rowCount * dim * sizeof(ushort));
        _singles = new RowBlock[blockCount];
        _halves = new RowBlock[blockCount];
        Random random = new(seed);
        for (int b = 0; b < blockCount; b++)
        {
            long first = (long)b * ScanSegment.BlockRows;
            int count = (int)Math.Min(ScanSegment.BlockRows, rowCount - first);
            Span<float> block = _rows.Span<float>(first * dim, count * dim);
            FillNormalised(random, block, dim);
            TensorPrimitives.ConvertToHalf(block, halves.Span<Half>(first * dim, count * dim));
            _singles[b] = new RowBlock(_rows.Address + (nint)(first * dim * sizeof(float)), 0, 1.001f);
            _halves[b] = new RowBlock(halves.Address + (nint)(first * dim * sizeof(ushort)), 0, 1.001f);
        }
    }

    /// <summary>The memory of the float rows.</summary>
    public NativeSlice<byte> Memory => _rows.Slice<byte>();

    public ScanRequest Request(ScanCase scan, int seed)
    {
        float[] queries = new float[scan.QueryCount * _dim];
        FillNormalised(new Random(seed), queries, _dim);
        RowBlock[] blocks = scan.Element == RowElement.Float32 ? _singles : _halves;
        return new ScanRequest
        {
            Segments = new[] { new ScanSegment(_dim, scan.Element, ScanMetric.Dot, blocks) },
            RowCount = _rowCount,
            QueryCount = scan.QueryCount,
            Queries = queries,
            K = scan.K,
            Filters = scan.PassRate < 1
                ? new RowFilter?[] { new MaskFilter(Passing(scan, queries.AsSpan(0, _dim))) }
                : default,
        };
    }

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    /// <summary>Normal coordinates from uniform pairs, each row scaled to norm 1.</summary>
    private static void FillNormalised(Random random, Span<float> rows, int dim)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;
        }

        for (int start = 0; start < rows.Length; start += dim)
        {
            Span<float> row = rows.Slice(start, dim);
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
        }
    }

    private ulong[] Passing(ScanCase scan, ReadOnlySpan<float> query)
    {
        ulong[] mask = new ulong[(_rowCount + 63) / 64];
        Random random = new(1);
        float[] scores = new float[_rowCount];
        for (long row = 0; row < _rowCount; row++)
        {
            scores[row] = scan.IsAdverse
                ? TensorPrimitives.Dot(query, _rows.Span<float>(row * _dim, _dim))
                : random.NextSingle();
        }

        float[] sorted = [.. scores.Order()];
        float limit = sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * scan.PassRate))];
        for (long row = 0; row < _rowCount; row++)
        {
            mask[row / 64] |= scores[row] < limit ? 1UL << (int)(row % 64) : 0;
        }

        return mask;
    }

    private NativeBuffer Allocate(long bytes)
    {
        NativeBuffer buffer = new(bytes);
        _buffers.Add(buffer);
        return buffer;
    }

    private sealed class MaskFilter(ulong[] words) : RowFilter
    {
        public override void Evaluate(int block, int firstRow, int rowCount, Span<ulong> mask)
            => words.AsSpan(((block * ScanSegment.BlockRows) + firstRow) / 64, (rowCount + 63) / 64).CopyTo(mask);
    }
}
