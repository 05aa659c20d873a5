namespace Linr.Index.Ids;

/// <summary>Integer ids: 8 bytes a row.</summary>
/// <param name="values">The integers by row; owned by this column.</param>
/// <param name="count">How many rows.</param>
internal sealed class IntegerIds(BlockStore<long> values, long count) : IdColumn
{
    private long _count = count;

    /// <inheritdoc/>
    public override IdKind Kind => IdKind.Integer;

    /// <inheritdoc/>
    public override long Count => _count;

    /// <inheritdoc/>
    public override long OwnedBytes => values.OwnedBytes;

    /// <inheritdoc/>
    public override ItemId Read(uint row) => new(values.ReadOne(row));

    /// <inheritdoc/>
    public override long Key(uint row) => values.ReadOne(row);

    /// <inheritdoc/>
    public override int CompareIds(uint left, uint right) => values.ReadOne(left).CompareTo(values.ReadOne(right));

    /// <summary>The integer of a row.</summary>
    public long Integer(uint row) => values.ReadOne(row);

    /// <summary>The row of an integer, or <see cref="SlotTable.None"/>.</summary>
    public uint Find(long id, SlotTable slots) => slots.Find(new Probe(id, values));

    /// <summary>The integers of one block.</summary>
    public ReadOnlySpan<long> Block(int block, int rows) => values.Block(block).Slice(0, rows).Span;

    /// <inheritdoc/>
    internal override void Append(ItemId id) => Append(id.Integer);

    /// <summary>Appends an integer.</summary>
    internal void Append(long id) => values.Write(_count++)[0] = id;

    /// <inheritdoc/>
    internal override uint Find(ItemId id, SlotTable slots) => Find(id.Integer, slots);

    /// <inheritdoc/>
    internal override bool Matches(uint row, ItemId id) => Integer(row) == id.Integer;

    /// <inheritdoc/>
    internal override ulong HashOf(ItemId id) => SlotTable.Mix(id.Integer);

    /// <inheritdoc/>
    internal override void Prefetch(uint row) => values.Prefetch(row);

    /// <inheritdoc/>
    internal override void Trim() => values.Trim(_count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => values.Dispose();

    private readonly struct Probe(long id, BlockStore<long> values) : ISlotProbe
    {
        public ulong Hash { get; } = SlotTable.Mix(id);

        public bool Matches(uint number) => values.ReadOne(number) == id;
    }
}
