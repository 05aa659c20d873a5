using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>
/// Collects text, JSON or bytes. A row that is set again keeps its old bytes until the column is built.
/// </summary>
internal sealed class BytesColumnBuilder(FieldSchema field) : ColumnBuilder(field)
{
    private readonly Dictionary<uint, byte[]> _replaced = [];
    private BytesStore _values = new();
    private BlockStore<ulong> _present = RowMask.Store();

    /// <inheritdoc/>
    public override void Set(uint row, IReadOnlyList<Value> values)
    {
        RowMask.Set(_present, row, values.Count > 0);
        if (row < _values.Count)
        {
            _replaced[row] = values.Count == 0 ? [] : BytesColumn.ToBytes(values[0]);
            return;
        }

        FillTo(row);
        _values.Append(values.Count == 0 ? [] : BytesColumn.ToBytes(values[0]));
    }

    /// <inheritdoc/>
    public override Column Build(long rows)
    {
        FillTo(rows);
        if (_replaced.Count > 0)
        {
            ReplaceRows();
        }

        _values.Trim();
        bool full = rows == 0 || IsFull(rows);
        if (full)
        {
            _present.Dispose();
        }

        var column = new BytesColumn(Field, _values, full ? null : _present);
        _values = new BytesStore();
        _present = RowMask.Store();
        return column;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _values.Dispose();
        _present.Dispose();
    }

    private void FillTo(long rows)
    {
        while (_values.Count < rows)
        {
            _values.Append([]);
        }
    }

    private bool IsFull(long rows)
    {
        _ = _present.Write(RowMask.Words(rows) - 1);
        long present = 0;
        for (int block = 0; block < _present.BlockCount; block++)
        {
            NativeSlice<ulong> words = _present.Block(block);
            present += RowMask.Count(words);
        }

        _present.Trim(RowMask.Words(rows));
        return present == rows;
    }

    private void ReplaceRows()
    {
        var values = new BytesStore();
        for (long row = 0; row < _values.Count; row++)
        {
            values.Append(_replaced.TryGetValue((uint)row, out byte[]? replacement) ? replacement : _values.Read(row));
        }

        _values.Dispose();
        _values = values;
        _replaced.Clear();
    }
}
