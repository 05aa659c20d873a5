using System.Runtime.InteropServices;
using Linr.Memory;

namespace Linr.Index.Ids;

/// <summary>Integer ids: 8 bytes a row.</summary>
/// <param name="values">The integers by row; owned by this column.</param>
/// <param name="count">How many rows.</param>
internal sealed class IntegerIds(BlockStore<long> values, long count) : IdColumn
{
    private long _count = count;

    // Of a mapped column nobody knows yet.
    private bool _isAscending = count == 0;
    private long _last;

    /// <inheritdoc/>
    public override IdKind Kind => IdKind.Integer;

    /// <inheritdoc/>
    public override long Count => _count;

    /// <inheritdoc/>
    public override long OwnedBytes => values.OwnedBytes;

    /// <inheritdoc/>
    public override ItemId Read(uint row) => new(values.ReadOne(row));

    /// <inheritdoc/>
    public override ItemIdList Read(ReadOnlySpan<uint> rows)
    {
        var ids = new long[rows.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = values.ReadOne(rows[i]);
        }

        return new ItemIdList(ImmutableCollectionsMarshal.AsImmutableArray(ids));
    }

    /// <inheritdoc/>
    public override long Key(uint row) => values.ReadOne(row);

    /// <inheritdoc/>
    public override int CompareIds(uint left, uint right) => values.ReadOne(left).CompareTo(values.ReadOne(right));

    /// <summary>The row of an integer, or <see cref="SlotTable.None"/>.</summary>
    public uint Find(long id, SlotTable slots) => slots.Find(new Probe(id, values));

    /// <summary>The integers of one block.</summary>
    public ReadOnlySpan<long> Block(int block, int rows) => values.Block(block).Slice(0, rows).Span;

    /// <summary>Whether each of these rows has a larger integer than the one before.</summary>
    internal bool AreAscending(uint firstRow, long rows)
        => Parallel.For(0L, (rows + Limits.BlockRows - 1) / Limits.BlockRows, (block, state) =>
        {
            long start = firstRow + (block * Limits.BlockRows);
            int count = (int)Math.Min(Limits.BlockRows, firstRow + rows - start);
            ReadOnlySpan<long> own = Block((int)(start / Limits.BlockRows), count);
            long before = block == 0 ? own[0] : values.ReadOne((uint)(start - 1));
            bool ascends = block == 0 || before < own[0];
            for (int i = 1; i < own.Length && ascends; i++)
            {
                ascends = own[i - 1] < own[i];
            }

            if (!ascends)
            {
                state.Stop();
            }
        }).IsCompleted;

    /// <inheritdoc/>
    internal override void Append(ItemId id) => Append(id.Integer);

    /// <summary>Appends an integer.</summary>
    internal void Append(long id)
    {
        _isAscending &= _count == 0 || id > _last;
        _last = id;
        values.Write(_count++)[0] = id;
    }

    /// <summary>
    /// Appends integers if each is larger than all before, so that none is there twice; else appends nothing.
    /// </summary>
    internal bool TryAppendAscending(ReadOnlySpan<long> ids)
    {
        long last = _last;
        bool ascends = _isAscending && _count + ids.Length <= Limits.RowsMax;
        for (int i = 0; i < ids.Length && ascends; i++)
        {
            ascends = (_count == 0 && i == 0) || ids[i] > last;
            last = ids[i];
        }

        if (!ascends)
        {
            return false;
        }

        while (ids.Length > 0)
        {
            int count = Math.Min(ids.Length, values.UnitsToBlockEnd(_count));
            ids[..count].CopyTo(values.Write(_count, count));
            ids = ids[count..];
            _count += count;
        }

        _last = last;
        return true;
    }

    /// <inheritdoc/>
    internal override void Grow(int blocks)
    {
        values.Grow(blocks);
        _isAscending = false;
        _count = Math.Max(_count, (long)blocks * Limits.BlockRows);
    }

    /// <inheritdoc/>
    internal override void Set(uint row, ItemId id, ICollection<NativeBuffer> retired) => values.Write(row)[0] = id.Integer;

    /// <inheritdoc/>
    internal override uint Find(ItemId id, SlotTable slots) => Find(id.Integer, slots);

    /// <summary>The rows of many integers; <see cref="SlotTable.None"/> where no item has it.</summary>
    internal int FindAll(ReadOnlySpan<long> ids, Span<uint> rows, SlotTable slots)
        => slots.FindAll(new Probes(values), ids, rows);

    /// <inheritdoc/>
    internal override int FindAll(ReadOnlySpan<ItemId> ids, Span<uint> rows, SlotTable slots)
        => slots.FindAll(new Probes(values), ids, rows);

    /// <inheritdoc/>
    internal override void Trim() => values.Trim(_count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => values.Dispose();

    private readonly struct Probe(long id, BlockStore<long> values) : ISlotProbe
    {
        public ulong Hash { get; } = SlotTable.Mix(id);

        public bool Matches(uint number) => values.ReadOne(number) == id;
    }

    private readonly struct Probes(BlockStore<long> values) : IIdProbes<long>, IIdProbes<ItemId>
    {
        public ulong Hash(in long id) => SlotTable.Mix(id);

        public ulong Hash(in ItemId id) => id.Kind == IdKind.Integer ? SlotTable.Mix(id.Integer) : 0;

        public void Prefetch(uint row) => values.Prefetch(row);

        public bool Matches(uint row, in long id) => values.ReadOne(row) == id;

        public bool Matches(uint row, in ItemId id) => id.Kind == IdKind.Integer && values.ReadOne(row) == id.Integer;

        public uint Find(in long id, SlotTable slots) => slots.Find(new Probe(id, values));

        public uint Find(in ItemId id, SlotTable slots)
            => id.Kind == IdKind.Integer ? slots.Find(new Probe(id.Integer, values)) : SlotTable.None;
    }
}
