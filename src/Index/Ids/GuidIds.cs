using System.Runtime.InteropServices;
using Linr.Memory;

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
    public override ItemIdList Read(ReadOnlySpan<uint> rows)
    {
        var ids = new Guid[rows.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = ReadGuid(rows[i]);
        }

        return new ItemIdList(ImmutableCollectionsMarshal.AsImmutableArray(ids));
    }

    /// <inheritdoc/>
    public override long Key(uint row) => ItemId.GuidKey(ReadGuid(row));

    /// <inheritdoc/>
    public override int CompareIds(uint left, uint right) => values.Read(left).SequenceCompareTo(values.Read(right));

    /// <summary>The bytes of one block.</summary>
    public ReadOnlySpan<byte> Block(int block, int rows) => values.Block(block).Slice(0, (long)rows * IdBytes).Span;

    /// <inheritdoc/>
    internal override void Append(ItemId id) => id.Guid.TryWriteBytes(values.Write(_count++), bigEndian: true, out _);

    /// <inheritdoc/>
    internal override void Grow(int blocks)
    {
        values.Grow(blocks);
        _count = Math.Max(_count, (long)blocks * Limits.BlockRows);
    }

    /// <inheritdoc/>
    internal override void Set(uint row, ItemId id, ICollection<NativeBuffer> retired)
        => id.Guid.TryWriteBytes(values.Write(row), bigEndian: true, out _);

    /// <inheritdoc/>
    internal override uint Find(ItemId id, SlotTable slots) => slots.Find(new Probe(id.Guid, this));

    /// <summary>The rows of many Guids; <see cref="SlotTable.None"/> where no item has it.</summary>
    internal int FindAll(ReadOnlySpan<Guid> ids, Span<uint> rows, SlotTable slots)
        => slots.FindAll(new Probes(this), ids, rows);

    /// <inheritdoc/>
    internal override int FindAll(ReadOnlySpan<ItemId> ids, Span<uint> rows, SlotTable slots)
        => slots.FindAll(new Probes(this), ids, rows);

    /// <inheritdoc/>
    internal override void Trim() => values.Trim(_count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => values.Dispose();

    private void Prefetch(uint row) => values.Prefetch(row);

    private Guid ReadGuid(uint row) => new(values.Read(row), bigEndian: true);

    private static ulong HashOf(Guid id) => SlotTable.Mix(ItemId.GuidKey(id));

    private readonly struct Probe(Guid id, GuidIds ids) : ISlotProbe
    {
        public ulong Hash { get; } = HashOf(id);

        public bool Matches(uint number) => ids.ReadGuid(number) == id;
    }

    private readonly struct Probes(GuidIds ids) : IIdProbes<Guid>, IIdProbes<ItemId>
    {
        public ulong Hash(in Guid id) => HashOf(id);

        public ulong Hash(in ItemId id) => id.Kind == IdKind.Guid ? HashOf(id.Guid) : 0;

        public void Prefetch(uint row) => ids.Prefetch(row);

        public bool Matches(uint row, in Guid id) => ids.ReadGuid(row) == id;

        public bool Matches(uint row, in ItemId id) => id.Kind == IdKind.Guid && ids.ReadGuid(row) == id.Guid;

        public uint Find(in Guid id, SlotTable slots) => slots.Find(new Probe(id, ids));

        public uint Find(in ItemId id, SlotTable slots)
            => id.Kind == IdKind.Guid ? slots.Find(new Probe(id.Guid, ids)) : SlotTable.None;
    }
}
