using Linr.Cuda;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Filter;

/// <summary>Columns of blocks as flat arrays on a device; what lies past the last row is rubbish.</summary>
internal sealed unsafe class DeviceColumns(CudaContext context, CudaStream stream, int rowCount) : IDisposable
{
    private readonly List<DeviceBuffer<byte>> _buffers = [];
    private readonly List<CudaFilterColumn> _columns = [];
    private readonly Dictionary<ReadOnlyMemory<ColumnBlock>, int> _numbers = [];

    /// <summary>Rows that the arrays have room for.</summary>
    public int Capacity { get; } = (rowCount + 63) / 64 * 64;

    public ReadOnlySpan<CudaFilterColumn> Columns => _columns.ToArray();

    /// <summary>Copies the columns of a plan, each once; their numbers.</summary>
    public int[] Append(FilterPlan plan)
    {
        List<int> numbers = [];
        foreach (ReadOnlyMemory<ColumnBlock> column in plan.Columns)
        {
            if (!_numbers.TryGetValue(column, out int number))
            {
                number = Append(column.Span);
                _numbers.Add(column, number);
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    public int Append(CudaFilterColumn column)
    {
        _columns.Add(column);
        return _columns.Count - 1;
    }

    public DeviceSlice<byte> OnDevice<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<byte> buffer = new(context, (long)values.Length * sizeof(T), "a column of a test");
        _buffers.Add(buffer);
        stream.Upload(values, buffer.Slice().Cast<T>());
        return buffer.Slice();
    }

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private int Append(ReadOnlySpan<ColumnBlock> blocks)
    {
        if (blocks.Length == 0)
        {
            return Append(default(CudaFilterColumn));
        }

        // Codes of all blocks get the widest of their widths.
        ColumnElement element = blocks[0].Element;
        foreach (ColumnBlock block in blocks)
        {
            element = (ColumnElement)Math.Max((int)element, (int)block.Element);
        }

        return Append(blocks[0].IsMultiValued ? Many(blocks, element) : One(blocks, element));
    }

    private CudaFilterColumn One(ReadOnlySpan<ColumnBlock> blocks, ColumnElement element)
    {
        ulong[] values = new ulong[Capacity];
        ulong[] present = new ulong[Capacity / 64];
        bool isAlwaysPresent = true;
        values.AsSpan().Fill(0xAAAA_AAAA_AAAA_AAAA);
        for (int b = 0; b < blocks.Length; b++)
        {
            ColumnBlock block = blocks[b];
            isAlwaysPresent &= block.Present == 0;
            for (int i = 0; i < block.ValueCount; i++)
            {
                int row = (b * ScanSegment.BlockRows) + i;
                values[row] = Read(block, i);
                bool isPresent = block.Present == 0 || (((ulong*)block.Present)[i / 64] >> (i % 64) & 1) != 0;
                present[row / 64] |= (isPresent ? 1UL : 0) << (row % 64);
            }
        }

        values.AsSpan(Math.Min(rowCount, blocks.Length * ScanSegment.BlockRows)..rowCount).Clear();
        bool needsPresent = element > ColumnElement.Code32
            && (!isAlwaysPresent || blocks.Length * ScanSegment.BlockRows < rowCount);
        return CudaFilterColumn.SingleValued(
            element, Narrow(values, element), needsPresent ? OnDevice<ulong>(present).Cast<ulong>() : default);
    }

    private CudaFilterColumn Many(ReadOnlySpan<ColumnBlock> blocks, ColumnElement element)
    {
        List<ulong> heap = [];
        ulong[] runs = new ulong[Capacity];
        for (int b = 0; b < blocks.Length; b++)
        {
            ColumnBlock block = blocks[b];
            int rows = Math.Min(ScanSegment.BlockRows, rowCount - (b * ScanSegment.BlockRows));
            for (int i = 0; i < rows; i++)
            {
                uint count = ((uint*)block.Counts)[i];
                long start = count == 0 ? i : heap.Count + ((uint*)block.Starts)[i];
                runs[(b * ScanSegment.BlockRows) + i] = CudaFilterColumn.Run(start, (int)count);
            }

            for (long i = 0; i < block.ValueCount; i++)
            {
                heap.Add(Read(block, i));
            }
        }

        heap.Add(0);
        return CudaFilterColumn.MultiValued(element, Narrow([.. heap], element), OnDevice<ulong>(runs).Cast<ulong>());
    }

    private DeviceSlice<byte> Narrow(ulong[] values, ColumnElement element) => CudaFilterColumn.ElementBytes(element)
        switch
        {
            1 => OnDevice<byte>([.. values.Select(value => (byte)value)]),
            2 => OnDevice<ushort>([.. values.Select(value => (ushort)value)]),
            4 => OnDevice<uint>([.. values.Select(value => (uint)value)]),
            _ => OnDevice<ulong>(values),
        };

    private static ulong Read(in ColumnBlock column, long position)
        => CudaFilterColumn.ElementBytes(column.Element) switch
        {
            1 => ((byte*)column.Values)[position],
            2 => ((ushort*)column.Values)[position],
            4 => ((uint*)column.Values)[position],
            _ => ((ulong*)column.Values)[position],
        };
}
