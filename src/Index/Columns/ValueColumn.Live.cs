using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Columns;

/// <content>
/// Blocks whose rows are set while others are read. A list of blocks that a reader has taken stays as it is: one whose
/// heap moves is another list.
/// </content>
public sealed partial class ValueColumn
{
    private readonly Dictionary<int, LiveBlock> _live = [];

    /// <inheritdoc/>
    internal override void Grow(int blocks)
    {
        Dictionary?.Share();
        var grown = new ColumnBlock[Math.Max(blocks, _blocks.Length)];
        _blocks.CopyTo(grown, 0);
        int last = _blocks.Length - 1;
        if (last >= 0 && Rows % Limits.BlockRows != 0)
        {
            var retired = new List<NativeBuffer>();
            LiveBlock block = LiveBlock.Empty(this, FirstValues);
            for (int within = 0; within < Rows % Limits.BlockRows; within++)
            {
                block = block.With(within, Read((uint)((last * Limits.BlockRows) + within)), retired);
            }

            retired.ForEach(buffer => buffer.Dispose());
            _live[last] = block;
            grown[last] = block.ToBlock();
        }

        for (int block = _blocks.Length; block < blocks; block++)
        {
            _live[block] = LiveBlock.Empty(this, FirstValues);
            grown[block] = _live[block].ToBlock();
        }

        Replace(grown);
        Rows = Math.Max(Rows, (long)blocks * Limits.BlockRows);
    }

    /// <inheritdoc/>
    internal override void Set(uint row, IReadOnlyList<Value> values, ICollection<NativeBuffer> retired)
    {
        int number = (int)(row / Limits.BlockRows);
        LiveBlock block = _live[number];
        LiveBlock now = block.With((int)(row % Limits.BlockRows), values, retired);
        if (now != block)
        {
            _live[number] = now;
            ColumnBlock[] blocks = [.. _blocks];
            blocks[number] = now.ToBlock();
            Replace(blocks);
        }
    }

    /// <summary>Values that a block's heap has room for at first.</summary>
    internal const int FirstValues = 1_024;

    private void Replace(ColumnBlock[] blocks)
    {
        s_owners.AddOrUpdate(blocks, this);
        Volatile.Write(ref _blocks, blocks);
    }

    private void DisposeLive()
    {
        foreach (LiveBlock block in _live.Values)
        {
            block.Dispose();
        }
    }

    private sealed class LiveBlock : IDisposable
    {
        private readonly ValueColumn _column;
        private readonly NativeBuffer _values;
        private readonly NativeBuffer _present;
        private readonly NativeBuffer _starts;
        private readonly NativeBuffer _counts;
        private int _used;

        private LiveBlock(ValueColumn column, int values)
        {
            bool isMany = column.Field.MultiValued;
            _column = column;
            _values = new NativeBuffer((long)(isMany ? values : Limits.BlockRows) * ElementBytes);
            _present = new NativeBuffer(isMany || column.Dictionary is not null ? 0 : RowMask.BlockWords * sizeof(ulong));
            _starts = new NativeBuffer(isMany ? Limits.BlockRows * sizeof(uint) : 0);
            _counts = new NativeBuffer(isMany ? Limits.BlockRows * sizeof(uint) : 0);
        }

        public long Bytes => _values.Bytes + _present.Bytes + _starts.Bytes + _counts.Bytes;

        private NativeBuffer[] Buffers => [_values, _present, _starts, _counts];

        private int ElementBytes => _column.Field.Type switch
        {
            FieldType.Keyword => sizeof(uint),
            FieldType.Boolean => sizeof(byte),
            _ => sizeof(long),
        };

        private int Room => (int)(_values.Bytes / ElementBytes);

        public static LiveBlock Empty(ValueColumn column, int values) => new(column, values);

        public ColumnBlock ToBlock()
        {
            ColumnElement element = _column.Field.Type switch
            {
                FieldType.Keyword => ColumnElement.Code32,
                FieldType.Boolean => ColumnElement.Byte,
                FieldType.Float => ColumnElement.Float64,
                _ => ColumnElement.Int64,
            };
            return new ColumnBlock(
                element, _values.Address, Room, AddressOf(_present), AddressOf(_starts), AddressOf(_counts));
        }

        /// <summary>The block with the values of a row: itself, or another where its heap is full.</summary>
        public LiveBlock With(int within, IReadOnlyList<Value> values, ICollection<NativeBuffer> retired)
        {
            if (!_column.Field.MultiValued)
            {
                Write(within, values.Count == 0 ? default(Value?) : values[0]);
                return this;
            }

            LiveBlock block = _used + values.Count <= Room ? this : Rebuilt(within, values.Count, retired);
            block.Append(within, values);
            return block;
        }

        public void Dispose() => Array.ForEach(Buffers, buffer => buffer.Dispose());

        private static nint AddressOf(NativeBuffer buffer) => buffer.Bytes == 0 ? 0 : buffer.Address;

        private void Append(int within, IReadOnlyList<Value> values)
        {
            _starts.Span<uint>(within, 1)[0] = (uint)_used;
            _counts.Span<uint>(within, 1)[0] = (uint)values.Count;
            foreach (Value value in values)
            {
                Write(_used++, value);
            }
        }

        // The values of all rows but one, without those that were replaced, and as much again.
        private LiveBlock Rebuilt(int but, int more, ICollection<NativeBuffer> retired)
        {
            ReadOnlySpan<uint> starts = _starts.Span<uint>(0, Limits.BlockRows);
            ReadOnlySpan<uint> counts = _counts.Span<uint>(0, Limits.BlockRows);
            long all = more;
            foreach (uint count in counts)
            {
                all += count;
            }

            var rebuilt = new LiveBlock(_column, checked((int)Math.Max(FirstValues, 2 * all)));
            for (int row = 0; row < Limits.BlockRows; row++)
            {
                if (row == but || counts[row] == 0)
                {
                    continue;
                }

                rebuilt._starts.Span<uint>(row, 1)[0] = (uint)rebuilt._used;
                rebuilt._counts.Span<uint>(row, 1)[0] = counts[row];
                int bytes = (int)counts[row] * ElementBytes;
                _values.Span<byte>((long)starts[row] * ElementBytes, bytes)
                    .CopyTo(rebuilt._values.Span<byte>((long)rebuilt._used * ElementBytes, bytes));
                rebuilt._used += (int)counts[row];
            }

            Array.ForEach(Buffers, retired.Add);
            return rebuilt;
        }

        private void Write(int place, Value? value)
        {
            switch (_column.Field.Type)
            {
                case FieldType.Keyword:
                    _values.Span<uint>(place, 1)[0] = value is null ? 0 : _column.Dictionary!.FindOrAdd(value.Value.Text);
                    break;
                case FieldType.Boolean:
                    _values.Span<byte>(place, 1)[0] = value is { Boolean: true } ? (byte)1 : (byte)0;
                    break;
                case FieldType.Float:
                    _values.Span<double>(place, 1)[0] = value?.Float ?? 0;
                    break;
                default:
                    _values.Span<long>(place, 1)[0] = value?.Integer ?? 0;
                    break;
            }

            if (_present.Bytes > 0)
            {
                ref ulong word = ref _present.Span<ulong>(place / RowMask.WordRows, 1)[0];
                ulong bit = 1UL << (place % RowMask.WordRows);
                word = value is null ? word & ~bit : word | bit;
            }
        }
    }
}
