using System.Numerics.Tensors;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests.Scan;

/// <summary>A table in native memory with rows from a function, for scans.</summary>
internal sealed class TestTable(long rowCount) : IDisposable
{
    private readonly List<NativeBuffer> _buffers = [];
    private readonly List<ScanSegment> _segments = [];

    public long RowCount { get; } = rowCount;

    public int BlockCount => (int)((RowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows);

    public ReadOnlyMemory<ScanSegment> Segments => _segments.ToArray();

    /// <summary>Adds an embedding; half rows under cosine are normalised, as the index stores them.</summary>
    public TestTable Add(
        int dim, RowElement element, ScanMetric metric, Action<long, Span<float>> fill, bool withNorms = true)
    {
        RowBlock[] blocks = new RowBlock[BlockCount];
        float[] row = new float[dim];
        for (int b = 0; b < blocks.Length; b++)
        {
            int count = RowsOf(b);
            NativeBuffer rows = Allocate((long)count * ScanSegment.RowBytesOf(dim, element));
            NativeBuffer norms = Allocate(count * 4L);
            NativeBuffer scales = Allocate(count * 2L);
            float normMax = 0;
            for (int r = 0; r < count; r++)
            {
                fill(((long)b * ScanSegment.BlockRows) + r, row);
                if (element == RowElement.Int8)
                {
                    scales.Span<Half>(r, 1)[0] = WriteInt8(rows.Span<sbyte>((long)r * dim, dim), metric, row);
                }
                else
                {
                    Write(rows, element, metric, (long)r * dim, row);
                }

                float norm = (float)Math.Sqrt(CanonicalScore.DotReference(row, row));
                norms.Span<float>(r, 1)[0] = norm;
                normMax = Math.Max(normMax, norm);
            }

            bool stored = withNorms && metric != ScanMetric.Dot;
            nint scale = element == RowElement.Int8 ? scales.Address : 0;
            blocks[b] = new RowBlock(
                rows.Address, stored ? norms.Address : 0, MathF.BitIncrement(normMax), scale);
        }

        _segments.Add(new ScanSegment(dim, element, metric, blocks));
        return this;
    }

    public ReadOnlyMemory<nint> Masks(Func<long, bool> isLive)
    {
        nint[] masks = new nint[BlockCount];
        for (int b = 0; b < masks.Length; b++)
        {
            NativeBuffer words = Allocate(ScanSegment.BlockRows / 8);
            for (int r = 0; r < RowsOf(b); r++)
            {
                if (isLive(((long)b * ScanSegment.BlockRows) + r))
                {
                    words.Span<ulong>(r / 64, 1)[0] |= 1UL << (r % 64);
                }
            }

            masks[b] = words.Address;
        }

        return masks;
    }

    public ReadOnlyMemory<ColumnBlock> Codes(ColumnElement element, Func<long, uint> codeOf)
    {
        ColumnBlock[] blocks = new ColumnBlock[BlockCount];
        for (int b = 0; b < blocks.Length; b++)
        {
            NativeBuffer values = Allocate(RowsOf(b) * 4L);
            for (int r = 0; r < RowsOf(b); r++)
            {
                uint code = codeOf(((long)b * ScanSegment.BlockRows) + r);
                switch (element)
                {
                    case ColumnElement.Code8:
                        values.Span<byte>(r, 1)[0] = (byte)code;
                        break;
                    case ColumnElement.Code16:
                        values.Span<ushort>(r, 1)[0] = (ushort)code;
                        break;
                    default:
                        values.Span<uint>(r, 1)[0] = code;
                        break;
                }
            }

            blocks[b] = new ColumnBlock(element, values.Address, RowsOf(b), 0, 0, 0);
        }

        return blocks;
    }

    /// <summary>A request for every row of the table.</summary>
    public ScanRequest Request(int queryCount, int k, Action<int, Span<float>> fill)
    {
        List<float> queries = [];
        foreach (ScanSegment segment in _segments)
        {
            float[] query = new float[segment.Dim];
            for (int q = 0; q < queryCount; q++)
            {
                fill(q, query);
                queries.AddRange(query);
            }
        }

        return new ScanRequest
        {
            Segments = Segments,
            RowCount = RowCount,
            QueryCount = queryCount,
            Queries = queries.ToArray(),
            K = k,
        };
    }

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private static void WriteCode(NativeBuffer rows, long start, Span<float> row)
    {
        for (int bit = 0; bit < row.Length; bit++)
        {
            bool isSet = row[bit] >= 0;
            ref byte place = ref rows.Span<byte>((start + bit) / 8, 1)[0];
            place = (byte)(isSet ? place | (1 << (bit % 8)) : place & ~(1 << (bit % 8)));
            row[bit] = isSet ? 1 : -1;
        }
    }

    private static Half WriteInt8(Span<sbyte> values, ScanMetric metric, Span<float> row)
    {
        Half scale = metric == ScanMetric.Cosine ? Int8Rows.RoundDirection(row, values) : Int8Rows.Round(row, values);
        Int8Rows.Widen(values, scale, row);
        return scale;
    }

    private static void Write(NativeBuffer rows, RowElement element, ScanMetric metric, long start, Span<float> row)
    {
        if (element == RowElement.SignCode)
        {
            WriteCode(rows, start, row);
            return;
        }

        if (element == RowElement.Float32)
        {
            row.CopyTo(rows.Span<float>(start, row.Length));
            return;
        }

        float norm = TensorPrimitives.Norm<float>(row);
        if (metric == ScanMetric.Cosine && norm > 0)
        {
            TensorPrimitives.Divide(row, norm, row);
        }

        if (element == RowElement.BFloat16)
        {
            Span<ushort> upper = rows.Span<ushort>(start, row.Length);
            BFloats.Round(row, upper);
            BFloats.Widen(upper, row);
            return;
        }

        Span<Half> halves = rows.Span<Half>(start, row.Length);
        TensorPrimitives.ConvertToHalf(row, halves);
        TensorPrimitives.ConvertToSingle(halves, row);
    }

    private int RowsOf(int block)
        => (int)Math.Min(ScanSegment.BlockRows, RowCount - ((long)block * ScanSegment.BlockRows));

    private NativeBuffer Allocate(long bytes)
    {
        NativeBuffer buffer = new(bytes);
        _buffers.Add(buffer);
        return buffer;
    }
}
