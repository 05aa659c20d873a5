using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>
/// Collects keywords, integers, dates, floats or booleans. Keyword codes are four bytes wide until the column is built.
/// </summary>
/// <typeparam name="T">The element: uint for codes, long, double or byte.</typeparam>
/// <param name="field">The field.</param>
/// <param name="convert">The element of a value.</param>
/// <param name="dictionary">The keywords behind codes, which the builder owns; null for other types.</param>
internal sealed class ValueColumnBuilder<T>(FieldSchema field, Func<Value, T> convert, KeywordCodes? dictionary = null)
    : ColumnBuilder(field)
    where T : unmanaged
{
    private readonly BlockStore<T> _values = BlockStore<T>.OfRows();
    private readonly BlockStore<ulong> _present = RowMask.Store();
    private readonly BlockStore<uint> _starts = BlockStore<uint>.OfRows();
    private readonly BlockStore<uint> _counts = BlockStore<uint>.OfRows();
    private readonly List<NativeList<T>> _heaps = [];
    private KeywordCodes? _dictionary = dictionary;

    /// <summary>The keywords behind codes; null for other types.</summary>
    public KeywordCodes? Dictionary => _dictionary;

    /// <inheritdoc/>
    public override void Set(uint row, IReadOnlyList<Value> values)
    {
        if (Field.MultiValued)
        {
            SetMany(row, values);
        }
        else if (values.Count == 0)
        {
            _values.Write(row)[0] = default;
            RowMask.Set(_present, row, false);
        }
        else
        {
            _values.Write(row)[0] = convert(values[0]);
            RowMask.Set(_present, row, true);
        }
    }

    /// <summary>Sets one value in each of consecutive rows.</summary>
    public void SetRange(uint firstRow, ReadOnlySpan<T> values)
    {
        for (uint row = firstRow; values.Length > 0;)
        {
            int count = Math.Min(values.Length, _values.UnitsToBlockEnd(row));
            values[..count].CopyTo(_values.Write(row, count));
            RowMask.SetRange(_present, row, count);
            values = values[count..];
            row += (uint)count;
        }
    }

    /// <inheritdoc/>
    public override Column Build(long rows)
    {
        var owned = new List<NativeBuffer>();
        ColumnBlock[] blocks = Field.MultiValued ? BuildMany(rows, owned) : BuildSingle(rows, owned);
        _dictionary?.Trim();
        var column = new ValueColumn(Field, rows, blocks, [.. owned], _dictionary);
        _dictionary = null;
        return column;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _values.Dispose();
        _present.Dispose();
        _starts.Dispose();
        _counts.Dispose();
        _heaps.ForEach(heap => heap.Dispose());
        _dictionary?.Dispose();
    }

    private void SetMany(uint row, IReadOnlyList<Value> values)
    {
        int block = (int)(row / Limits.BlockRows);
        while (_heaps.Count <= block)
        {
            _heaps.Add(new NativeList<T>());
        }

        NativeList<T> heap = _heaps[block];
        _starts.Write(row)[0] = (uint)heap.Count;
        _counts.Write(row)[0] = (uint)values.Count;
        for (int i = 0; i < values.Count; i++)
        {
            heap.Add(convert(values[i]));
        }
    }

    private ColumnBlock[] BuildSingle(long rows, List<NativeBuffer> owned)
    {
        NativeBuffer[] values = _values.Detach(rows);
        NativeBuffer[] present = _present.Detach(RowMask.Words(rows));
        var blocks = new ColumnBlock[values.Length];
        for (int block = 0; block < blocks.Length; block++)
        {
            int blockRows = (int)Math.Min(Limits.BlockRows, rows - ((long)block * Limits.BlockRows));
            (NativeBuffer buffer, ColumnElement element) = Finish(values[block]);
            owned.Add(buffer);
            bool needsMask = Field.Type != FieldType.Keyword
                && RowMask.Count(present[block].Slice<ulong>()) != blockRows;
            if (needsMask)
            {
                owned.Add(present[block]);
            }

            blocks[block] = new ColumnBlock(
                element, buffer.Address, blockRows, needsMask ? present[block].Address : 0, Starts: 0, Counts: 0);
            if (!needsMask)
            {
                present[block].Dispose();
            }
        }

        return blocks;
    }

    private ColumnBlock[] BuildMany(long rows, List<NativeBuffer> owned)
    {
        NativeBuffer[] starts = _starts.Detach(rows);
        NativeBuffer[] counts = _counts.Detach(rows);
        var blocks = new ColumnBlock[starts.Length];
        for (int block = 0; block < blocks.Length; block++)
        {
            // The heaps end before the last block when its rows are all missing.
            long valueCount = block < _heaps.Count ? _heaps[block].Count : 0;
            NativeBuffer wide = block < _heaps.Count ? _heaps[block].Detach() : new NativeBuffer(0);
            (NativeBuffer heap, ColumnElement element) = Finish(wide);
            owned.AddRange([heap, starts[block], counts[block]]);
            blocks[block] = new ColumnBlock(
                element, heap.Address, valueCount, Present: 0, starts[block].Address, counts[block].Address);
        }

        return blocks;
    }

    private (NativeBuffer Buffer, ColumnElement Element) Finish(NativeBuffer buffer) => Field.Type switch
    {
        FieldType.Keyword => CodeWidth.Narrow(buffer),
        FieldType.Float => (buffer, ColumnElement.Float64),
        FieldType.Boolean => (buffer, ColumnElement.Byte),
        _ => (buffer, ColumnElement.Int64),
    };
}
