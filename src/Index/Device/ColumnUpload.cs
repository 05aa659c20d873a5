using Linr.Cuda;
using Linr.Index.Columns;
using Linr.Index.Live;
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
    public void Send(DeviceSlice<byte> values, DeviceSlice<ulong> present, StagedUpload upload)
    {
        upload.Send(shard, 1, values, layout.ElementBytes, (block, first, to)
            => ColumnValues.Copy(column.Block(block), first, layout.Element, to));
        if (!present.IsEmpty)
        {
            upload.Send(shard, RowMask.WordRows, present, 1, CopyPresent);
        }
    }

    /// <summary>Sends a column of any number of values a row: the heaps of its blocks, one after the other.</summary>
    /// <param name="heap">The values of all rows.</param>
    /// <param name="runs">[row] where its values are.</param>
    /// <param name="upload">The way.</param>
    /// <returns>Elements of the heap that are taken.</returns>
    public long SendRuns(DeviceSlice<byte> heap, DeviceSlice<ulong> runs, StagedUpload upload)
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
                (first, to) => ColumnValues.Copy(from, first, layout.Element, to));
            start += from.ValueCount;
        }

        upload.Zero(heap.Slice(start * elementBytes, heap.Length - (start * elementBytes)));
        upload.Send(
            shard, 1, runs, 1, (block, first, to) => CopyRuns(block, heapStarts[block - shard.FirstBlock], first, to));
        return start;
    }

    /// <summary>Sends the values of live rows of such a column, side by side.</summary>
    /// <param name="heap">The values.</param>
    /// <param name="runs">[row] where its values are.</param>
    /// <param name="view">Which rows are live.</param>
    /// <param name="upload">The way.</param>
    /// <returns>Elements of the heap that are taken.</returns>
    public long SendRuns(DeviceSlice<byte> heap, DeviceSlice<ulong> runs, TableView view, StagedUpload upload)
    {
        using var host = new NativeBuffer(heap.Length);
        int elementBytes = layout.ElementBytes;
        long used = 0;
        upload.Send(shard, 1, runs, 1, (block, first, to) =>
        {
            ColumnBlock from = column.Block(block);
            for (int row = 0; row < to.Length; row++)
            {
                (long start, int count) = view.IsLive((uint)(((long)block * Limits.BlockRows) + first + row))
                    ? ColumnValues.RunOf(from, first + row) : (0, 0);
                ColumnValues.Copy(
                    from, start, layout.Element, host.Span<byte>(used * elementBytes, count * elementBytes));
                to[row] = CudaFilterColumn.Run(used, count);
                used += count;
            }
        });
        NativeSlice<byte> values = host.Slice<byte>();
        upload.Send(
            heap.Slice(0, used * elementBytes),
            elementBytes,
            (first, to) => values.Slice(first * elementBytes, to.Length).Span.CopyTo(to));
        upload.Zero(heap.Slice(used * elementBytes, heap.Length - (used * elementBytes)));
        return used;
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
