namespace Linr.Index.Ids;

/// <summary>Guid ids: 16 bytes a row, most significant first, so that byte order is the order of their text.</summary>
/// <param name="values">The bytes by row, 16 each; owned by this column.</param>
/// <param name="count">How many rows.</param>
internal sealed class GuidIds(BlockStore<byte> values, long count) : IdColumn
{
    /// <summary>Bytes of one id.</summary>
    public const int IdBytes = 16;

    private long _count = count;

    /// <inheritdoc/>
    public override IdKind Kind => IdKind.Guid;

    /// <inheritdoc/>
    public override long Count => _count;

    /// <inheritdoc/>
    public override long OwnedBytes => values.OwnedBytes;

    /// <inheritdoc/>
    public override ItemId Read(uint row) => new(ReadGuid(row));

    /// <inheritdoc/>
    public override long Key(uint row) => ItemId.GuidKey(ReadGuid(row));

    /// <inheritdoc/>
    public override int CompareIds(uint left, uint right) => values.Read(left).SequenceCompareTo(values.Read(right));

    /// <summary>The bytes of one block.</summary>
    public ReadOnlySpan<byte> Block(int block, int rows) => values.Block(block).Slice(0, (long)rows * IdBytes).Span;

    /// <inheritdoc/>
    internal override void Append(ItemId id) => id.Guid.TryWriteBytes(values.Write(_count++), bigEndian: true, out _);

    /// <inheritdoc/>
    internal override uint Find(ItemId id, SlotTable slots) => slots.Find(new Probe(id.Guid, HashOf(id), this));

    /// <inheritdoc/>
    internal override bool Matches(uint row, ItemId id) => ReadGuid(row) == id.Guid;

    /// <inheritdoc/>
    internal override ulong HashOf(ItemId id) => SlotTable.Mix(id.Key);

    /// <inheritdoc/>
    internal override void Prefetch(uint row) => values.Prefetch(row);

    /// <inheritdoc/>
    internal override void Trim() => values.Trim(_count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => values.Dispose();

    private Guid ReadGuid(uint row) => new(values.Read(row), bigEndian: true);

    private readonly struct Probe(Guid id, ulong hash, GuidIds ids) : ISlotProbe
    {
        public ulong Hash => hash;

        public bool Matches(uint number) => ids.ReadGuid(number) == id;
    }
}
