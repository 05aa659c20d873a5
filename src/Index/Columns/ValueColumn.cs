using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>
/// A column of keywords (dictionary codes), integers, dates, floats or booleans, single- or multi-valued: what filters
/// test and towers read.
/// </summary>
public sealed partial class ValueColumn : Column
{
    private static readonly ConditionalWeakTable<ColumnBlock[], ValueColumn> s_owners = [];

    private ColumnBlock[] _blocks;
    private readonly NativeBuffer[] _owned;

    /// <summary>A column of finished blocks.</summary>
    /// <param name="field">The field.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="blocks">Its blocks, all full but the last.</param>
    /// <param name="owned">The buffers behind them; the column owns them from now on.</param>
    /// <param name="dictionary">The keywords, which the column owns from now on; null for other types.</param>
    internal ValueColumn(
        FieldSchema field, long rows, ColumnBlock[] blocks, NativeBuffer[] owned, KeywordCodes? dictionary)
        : base(field, rows)
    {
        _blocks = blocks;
        _owned = owned;
        Dictionary = dictionary;
        s_owners.AddOrUpdate(blocks, this);
    }

    /// <summary>The column whose blocks a list has, or had while it was live; null for other lists.</summary>
    public static ValueColumn? Of(ReadOnlyMemory<ColumnBlock> blocks)
        => MemoryMarshal.TryGetArray(blocks, out ArraySegment<ColumnBlock> list)
            && s_owners.TryGetValue(list.Array!, out ValueColumn? column) ? column : null;

    /// <summary>The keywords behind the codes; null for other types.</summary>
    public KeywordCodes? Dictionary { get; }

    /// <summary>How many blocks of <see cref="Limits.BlockRows"/> rows.</summary>
    public int BlockCount => _blocks.Length;

    /// <summary>All blocks, as kernels read them.</summary>
    public ReadOnlyMemory<ColumnBlock> Blocks => _blocks;

    /// <inheritdoc/>
    public override long OwnedBytes
        => _owned.Sum(buffer => buffer.Bytes) + (Dictionary?.OwnedBytes ?? 0) + _live.Values.Sum(block => block.Bytes);

    /// <summary>A block, as kernels read it.</summary>
    public ColumnBlock Block(int block) => _blocks[block];

    /// <summary>How many values a row has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public int CountOf(uint row)
    {
        Split(row, out ColumnBlock block, out int within);
        if (block.IsMultiValued)
        {
            return (int)Element<uint>(block.Counts, within);
        }

        return block.Element switch
        {
            ColumnElement.Code8 or ColumnElement.Code16 or ColumnElement.Code32 => CodeAt(block, within) == 0 ? 0 : 1,
            _ => block.Present == 0 || (Element<ulong>(block.Present, within / 64) >> (within % 64) & 1) != 0 ? 1 : 0,
        };
    }

    /// <summary>The code of value <paramref name="position"/> of a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or value.</exception>
    /// <exception cref="InvalidOperationException">The column is not of keywords.</exception>
    public uint CodeOf(uint row, int position = 0)
    {
        Check(Dictionary is not null, FieldType.Keyword);
        long at = Position(row, position, out ColumnBlock block);
        return CodeAt(block, at);
    }

    /// <summary>The integer, or the microseconds of a date, of value <paramref name="position"/> of a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or value.</exception>
    /// <exception cref="InvalidOperationException">The column is not of integers or dates.</exception>
    public long IntegerOf(uint row, int position = 0)
    {
        Check(Field.Type is FieldType.Integer or FieldType.Date, FieldType.Integer);
        long at = Position(row, position, out ColumnBlock block);
        return Element<long>(block.Values, at);
    }

    /// <summary>The float of value <paramref name="position"/> of a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or value.</exception>
    /// <exception cref="InvalidOperationException">The column is not of floats.</exception>
    public double FloatOf(uint row, int position = 0)
    {
        Check(Field.Type == FieldType.Float, FieldType.Float);
        long at = Position(row, position, out ColumnBlock block);
        return Element<double>(block.Values, at);
    }

    /// <summary>The boolean of value <paramref name="position"/> of a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or value.</exception>
    /// <exception cref="InvalidOperationException">The column is not of booleans.</exception>
    public bool BooleanOf(uint row, int position = 0)
    {
        Check(Field.Type == FieldType.Boolean, FieldType.Boolean);
        long at = Position(row, position, out ColumnBlock block);
        return Element<byte>(block.Values, at) != 0;
    }

    /// <inheritdoc/>
    public override void Read(uint row, ICollection<Value> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int count = CountOf(row);
        for (int i = 0; i < count; i++)
        {
            values.Add(Field.Type switch
            {
                FieldType.Keyword => Value.OfKeyword(Dictionary!.TextOf(CodeOf(row, i))),
                FieldType.Integer => Value.OfInteger(IntegerOf(row, i)),
                FieldType.Date => Value.OfDateMicroseconds(IntegerOf(row, i)),
                FieldType.Float => Value.OfFloat(FloatOf(row, i)),
                _ => Value.OfBoolean(BooleanOf(row, i)),
            });
        }
    }

    /// <summary>Where a row's values are in its block's.</summary>
    internal (long Start, int Count) Locate(uint row)
    {
        Split(row, out ColumnBlock block, out int within);
        return block.IsMultiValued
            ? (Element<uint>(block.Starts, within), (int)Element<uint>(block.Counts, within))
            : (within, 1);
    }

    /// <summary>A code as it is stored: 0 for a single-valued row that is missing.</summary>
    internal uint StoredCode(uint row, int position)
        => CodeAt(_blocks[row / Limits.BlockRows], Locate(row).Start + position);

    /// <summary>The values of a block: one a row, or its heap.</summary>
    internal NativeSlice<T> BlockValues<T>(int block)
        where T : unmanaged
        => new(_blocks[block].Values, _blocks[block].ValueCount);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (NativeBuffer buffer in _owned)
        {
            buffer.Dispose();
        }

        DisposeLive();
        Dictionary?.Dispose();
    }

    private static uint CodeAt(in ColumnBlock block, long at) => block.Element switch
    {
        ColumnElement.Code8 => Element<byte>(block.Values, at),
        ColumnElement.Code16 => Element<ushort>(block.Values, at),
        _ => Element<uint>(block.Values, at),
    };

    // The caller has checked the position against the block.
    private static T Element<T>(nint address, long position)
        where T : unmanaged
        => new NativeSlice<T>(address, position + 1)[position];

    private void Split(uint row, out ColumnBlock block, out int within)
    {
        CheckRow(row);
        block = _blocks[row / Limits.BlockRows];
        within = (int)(row % Limits.BlockRows);
    }

    private long Position(uint row, int position, out ColumnBlock block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, CountOf(row));
        block = _blocks[row / Limits.BlockRows];
        return Locate(row).Start + position;
    }

    private void Check(bool holds, FieldType expected)
    {
        if (!holds)
        {
            throw new InvalidOperationException(
                $"Field \"{Field.Name}\": expected a column of type {expected}; found {Field.Type}.");
        }
    }
}
