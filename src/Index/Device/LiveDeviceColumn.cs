using Linr.Index.Columns;
using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Device;

/// <summary>
/// An attribute on a device whose rows change. Where its codes have become too narrow or its heap is full it is sent anew,
/// with room; who reads the arrays before keeps them.
/// </summary>
/// <param name="column">The host's column.</param>
/// <param name="arrays">The arrays, which it owns from now on.</param>
internal sealed class LiveDeviceColumn(ValueColumn column, DeviceColumn arrays) : IDisposable
{
    private HeapSpace _heap = new(arrays.ValuesUsed, arrays.Layout.ValueCount);
    private DeviceColumn _arrays = arrays;
    private long[] _starts = [];

    /// <summary>As kernels read them.</summary>
    public CudaFilterColumn Arrays => _arrays.Arrays;

    /// <summary>Makes room for rows that were filled on the host.</summary>
    /// <param name="rows">The rows, of the shard.</param>
    /// <param name="sendAnew">Sends the column in another layout.</param>
    /// <returns>The arrays that were replaced; null where they are the same.</returns>
    /// <exception cref="Cuda.CudaException">There is no memory; the arrays are as before.</exception>
    public DeviceColumn? Prepare(ReadOnlySpan<uint> rows, Func<ValueColumn, DeviceColumnLayout, DeviceColumn> sendAnew)
    {
        DeviceColumnLayout layout = _arrays.Layout;
        if (column.Dictionary is { } keywords && CodeWidth.For(keywords.Count) is var element && element > layout.Element)
        {
            layout = layout with { Element = element };
        }
        else if (!layout.IsMultiValued || TryTake(rows))
        {
            return null;
        }
        else
        {
            // Twice what there is, so that it happens ever more rarely.
            layout = layout with { ValueCount = (2 * layout.ValueCount) + ValuesOf(rows) };
        }

        DeviceColumn before = _arrays;
        _arrays = sendAnew(column, layout);
        _heap = new HeapSpace(_arrays.ValuesUsed, _arrays.Layout.ValueCount);
        if (layout.IsMultiValued && !TryTake(rows))
        {
            // Codes became wider where the heap was full too.
            _arrays.Dispose();
            _arrays = sendAnew(column, layout with { ValueCount = (2 * layout.ValueCount) + ValuesOf(rows) });
            _heap = new HeapSpace(_arrays.ValuesUsed, _arrays.Layout.ValueCount);
            TryTake(rows);
        }

        return before;
    }

    /// <summary>Adds what the device has to know of a row that was filled.</summary>
    /// <param name="place">Its place in the rows of <see cref="Prepare"/>.</param>
    /// <param name="row">The row, of the table.</param>
    /// <param name="on">The row, of the shard.</param>
    /// <param name="patches">Where to.</param>
    public void Patch(int place, uint row, uint on, TablePatches patches)
    {
        ColumnBlock block = column.Block((int)(row / Limits.BlockRows));
        int within = (int)(row % Limits.BlockRows);
        DeviceColumnLayout layout = _arrays.Layout;
        if (layout.IsMultiValued)
        {
            (long first, int count) = ColumnValues.RunOf(block, within);
            if (count > 0)
            {
                ColumnValues.Copy(block, first, layout.Element, patches.Add(
                    _arrays.Values.Slice(_starts[place] * layout.ElementBytes, (long)count * layout.ElementBytes)));
            }

            patches.Add(_arrays.Runs.Slice(on, 1), CudaFilterColumn.Run(_starts[place], count));
            return;
        }

        ColumnValues.Copy(block, within, layout.Element, patches.Add(
            _arrays.Values.Slice((long)on * layout.ElementBytes, layout.ElementBytes)));
    }

    /// <summary>Adds the bits that say which of 64 rows have a value.</summary>
    /// <param name="row">The first of them, of the table.</param>
    /// <param name="on">The first of them, of the shard.</param>
    /// <param name="patches">Where to.</param>
    public void PatchPresent(uint row, uint on, TablePatches patches)
    {
        if (_arrays.Present.IsEmpty)
        {
            return;
        }

        nint present = column.Block((int)(row / Limits.BlockRows)).Present;
        long word = row % Limits.BlockRows / RowMask.WordRows;
        patches.Add(
            _arrays.Present.Slice(on / RowMask.WordRows, 1),
            present == 0 ? ulong.MaxValue : new NativeSlice<ulong>(present, word + 1)[word]);
    }

    /// <inheritdoc/>
    public void Dispose() => _arrays.Dispose();

    private bool TryTake(ReadOnlySpan<uint> rows)
    {
        if (_starts.Length < rows.Length)
        {
            _starts = new long[rows.Length];
        }

        for (int i = 0; i < rows.Length; i++)
        {
            if (!_heap.TryTake(rows[i], column.CountOf(rows[i]), out _starts[i]))
            {
                return false;
            }
        }

        return true;
    }

    private long ValuesOf(ReadOnlySpan<uint> rows)
    {
        long count = 0;
        foreach (uint row in rows)
        {
            count += column.CountOf(row);
        }

        return count;
    }
}
