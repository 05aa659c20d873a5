using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Index.Columns;
using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Device;

/// <summary>Sends an attribute's column: the host's blocks, of several widths, become flat arrays of one.</summary>
/// <param name="column">The column.</param>
/// <param name="layout">What it is on the device.</param>
/// <param name="shard">The rows.</param>
internal sealed class ColumnUpload(ValueColumn column, DeviceColumnLayout layout, RowShard shard)
{
    /// <summary>Sends a column of one value a row at most.</summary>
    /// <param name="values">[row][element].</param>
    /// <param name="present">A bit a row; empty where every row has a value, and for codes.</param>
    /// <param name="upload">The way.</param>
    public CudaFilterColumn Send(DeviceSlice<byte> values, DeviceSlice<ulong> present, StagedUpload upload)
    {
        upload.Send(shard, 1, values, layout.ElementBytes, (block, first, to)
            => CopyValues(column.Block(block), first, to));
        if (!present.IsEmpty)
        {
            upload.Send(shard, RowMask.WordRows, present, 1, CopyPresent);
        }

        return CudaFilterColumn.SingleValued(layout.Element, values, present);
    }

    /// <summary>Sends a column of any number of values a row.</summary>
    /// <param name="heap">The values of all rows.</param>
    /// <param name="runs">[row] where its values are.</param>
    /// <param name="upload">The way.</param>
    public CudaFilterColumn SendRuns(DeviceSlice<byte> heap, DeviceSlice<ulong> runs, StagedUpload upload)
    {
        int elementBytes = layout.ElementBytes;
        var heapStarts = new long[shard.BlockCount];
        long start = 0;
        for (int block = 0; block < heapStarts.Length; block++)
        {
            heapStarts[block] = start;
            ColumnBlock from = column.Block(shard.FirstBlock + block);
            upload.Send(
                heap.Slice(start * elementBytes, from.ValueCount * elementBytes),
                elementBytes,
                (first, to) => CopyValues(from, first, to));
            start += from.ValueCount;
        }

        upload.Zero(heap.Slice(start * elementBytes, heap.Length - (start * elementBytes)));

        upload.Send(
            shard, 1, runs, 1, (block, first, to) => CopyRuns(block, heapStarts[block - shard.FirstBlock], first, to));
        return CudaFilterColumn.MultiValued(layout.Element, heap, runs);
    }

    private void CopyValues(in ColumnBlock block, long first, Span<byte> to)
    {
        int count = to.Length / layout.ElementBytes;
        int hostBytes = CudaFilterColumn.ElementBytes(block.Element);
        ReadOnlySpan<byte> from = new NativeSlice<byte>(block.Values, block.ValueCount * hostBytes)
            .Slice(first * hostBytes, (long)count * hostBytes).Span;
        switch (block.Element, layout.Element)
        {
            case (ColumnElement.Code8, ColumnElement.Code16):
                TensorPrimitives.ConvertTruncating(from, MemoryMarshal.Cast<byte, ushort>(to));
                break;
            case (ColumnElement.Code8, ColumnElement.Code32):
                TensorPrimitives.ConvertTruncating(from, MemoryMarshal.Cast<byte, uint>(to));
                break;
            case (ColumnElement.Code16, ColumnElement.Code32):
                TensorPrimitives.ConvertTruncating(
                    MemoryMarshal.Cast<byte, ushort>(from), MemoryMarshal.Cast<byte, uint>(to));
                break;
            default:
                from.CopyTo(to);
                break;
        }
    }

    private void CopyPresent(int block, int first, Span<ulong> to)
    {
        ColumnBlock from = column.Block(block);
        if (from.Present == 0)
        {
            to.Fill(ulong.MaxValue);
            return;
        }

        new NativeSlice<ulong>(from.Present, RowMask.Words(from.ValueCount)).Slice(first, to.Length).Span.CopyTo(to);
    }

    private void CopyRuns(int block, long heapStart, int first, Span<ulong> to)
    {
        ColumnBlock from = column.Block(block);
        ReadOnlySpan<uint> starts = new NativeSlice<uint>(from.Starts, first + to.Length).Slice(first, to.Length).Span;
        ReadOnlySpan<uint> counts = new NativeSlice<uint>(from.Counts, first + to.Length).Slice(first, to.Length).Span;
        for (int row = 0; row < to.Length; row++)
        {
            to[row] = CudaFilterColumn.Run(heapStart + starts[row], (int)counts[row]);
        }
    }
}
