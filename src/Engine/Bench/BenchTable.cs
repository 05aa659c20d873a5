using System.Numerics.Tensors;
using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Engine.Bench;

/// <summary>
/// Random rows in native memory, as floats, halves and whole numbers, ten times as many random codes, and queries for
/// them.
/// </summary>
internal sealed class BenchTable : IDisposable
{
    /// <summary>Bits of a code.</summary>
    public const int CodeBits = 256;

    /// <summary>Codes for a row: so many that they come from memory.</summary>
    private const int CodesPerRow = 10;

    private readonly List<NativeBuffer> _buffers = [];
    private readonly RowBlock[] _singles;
    private readonly RowBlock[] _halves;
    private readonly RowBlock[] _wholes;
    private readonly RowBlock[] _codes;
    private readonly NativeBuffer _rows;
    private readonly long _rowCount;
    private readonly int _dim;

    public BenchTable(long rowCount, int dim, int seed)
    {
        _rowCount = rowCount;
        _dim = dim;
        int blockCount = BlockCount(rowCount);
        _rows = Allocate(rowCount * dim * sizeof(float));
        NativeBuffer halves = Allocate(rowCount * dim * sizeof(ushort));
        NativeBuffer wholes = Allocate(rowCount * dim);
        NativeBuffer scales = Allocate(rowCount * sizeof(ushort));
        _singles = new RowBlock[blockCount];
        _wholes = new RowBlock[blockCount];
        _halves = new RowBlock[blockCount];
        Random random = new(seed);
        for (int b = 0; b < blockCount; b++)
        {
            long first = (long)b * ScanSegment.BlockRows;
            int count = (int)Math.Min(ScanSegment.BlockRows, rowCount - first);
            Span<float> block = _rows.Span<float>(first * dim, count * dim);
            FillNormalised(random, block, dim);
            TensorPrimitives.ConvertToHalf(block, halves.Span<Half>(first * dim, count * dim));
            for (int i = 0; i < count; i++)
            {
                scales.Span<Half>(first + i, 1)[0] = Int8Rows.Round(
                    block.Slice(i * dim, dim), wholes.Span<sbyte>((first + i) * dim, dim));
            }

            _wholes[b] = new RowBlock(
                wholes.Address + (nint)(first * dim), 0, 1.02f, scales.Address + (nint)(first * sizeof(ushort)));
            _singles[b] = new RowBlock(_rows.Address + (nint)(first * dim * sizeof(float)), 0, 1.001f);
            _halves[b] = new RowBlock(halves.Address + (nint)(first * dim * sizeof(ushort)), 0, 1.001f);
        }

        _codes = MakeCodes(random, rowCount * CodesPerRow);
    }

    /// <summary>The memory of the float rows.</summary>
    public NativeSlice<byte> Memory => _rows.Slice<byte>();

    /// <summary>Float rows, [count, D].</summary>
    public ReadOnlySpan<float> Rows(long first, int count) => _rows.Span<float>(first * _dim, count * _dim);

    /// <summary>Whether <see cref="Repeat"/> can be asked for: the table has a whole block.</summary>
    public bool CanRepeat => _rowCount >= ScanSegment.BlockRows;

    /// <summary>A search without a filter, its queries the same for every seed up to their number.</summary>
    public ScanRequest Request(RowElement element, int queryCount, int k, int seed)
    {
        if (element == RowElement.SignCode)
        {
            return CodeRequest(queryCount, k, seed);
        }

        float[] queries = new float[queryCount * _dim];
        FillNormalised(new Random(seed), queries, _dim);
        RowBlock[] blocks = element switch
        {
            RowElement.Float32 => _singles,
            RowElement.Int8 => _wholes,
            _ => _halves,
        };
        return new ScanRequest
        {
            Segments = new[] { new ScanSegment(_dim, element, ScanMetric.Dot, blocks) },
            RowCount = _rowCount,
            QueryCount = queryCount,
            Queries = queries,
            K = k,
        };
    }

    /// <summary>
    /// The same search over more rows: the blocks of this table again and again. A filter that passes few rows picks
    /// others in each, so that what is scored comes from memory as it would in a table of that size.
    /// </summary>
    public ScanRequest Repeat(ScanRequest request, long rowCount)
    {
        ScanSegment segment = request.Segments.Span[0];
        int whole = (int)(_rowCount / ScanSegment.BlockRows);
        RowBlock[] blocks = [.. Enumerable.Range(0, BlockCount(rowCount)).Select(b => segment.Blocks.Span[b % whole])];
        return new ScanRequest
        {
            Segments = new[] { segment with { Blocks = blocks } },
            RowCount = rowCount,
            QueryCount = request.QueryCount,
            Queries = request.Queries,
            K = request.K,
        };
    }

    /// <summary>The dot products of a query with all float rows.</summary>
    public float[] Scores(ReadOnlySpan<float> query)
    {
        float[] scores = new float[_rowCount];
        for (long row = 0; row < _rowCount; row++)
        {
            scores[row] = TensorPrimitives.Dot(query, _rows.Span<float>(row * _dim, _dim));
        }

        return scores;
    }

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private ScanRequest CodeRequest(int queryCount, int k, int seed)
    {
        Random random = new(seed);
        float[] queries = [.. Enumerable.Range(0, queryCount * CodeBits).Select(_ => (2f * random.Next(2)) - 1)];
        return new ScanRequest
        {
            Segments = new[] { new ScanSegment(CodeBits, RowElement.SignCode, ScanMetric.Dot, _codes) },
            RowCount = _rowCount * CodesPerRow,
            QueryCount = queryCount,
            Queries = queries,
            K = k,
        };
    }

    private RowBlock[] MakeCodes(Random random, long count)
    {
        const int CodeBytes = CodeBits / 8;
        NativeBuffer codes = Allocate(count * CodeBytes);
        RowBlock[] blocks = new RowBlock[BlockCount(count)];
        for (int b = 0; b < blocks.Length; b++)
        {
            long first = (long)b * ScanSegment.BlockRows;
            int rows = (int)Math.Min(ScanSegment.BlockRows, count - first);
            random.NextBytes(codes.Span<byte>(first * CodeBytes, rows * CodeBytes));
            blocks[b] = new RowBlock(codes.Address + (nint)(first * CodeBytes), 0, 0);
        }

        return blocks;
    }

    private static int BlockCount(long rowCount)
        => (int)((rowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows);

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

    private NativeBuffer Allocate(long bytes)
    {
        NativeBuffer buffer = new(bytes);
        _buffers.Add(buffer);
        return buffer;
    }
}
