using System.Text;

namespace Linr.Index.Ids;

/// <summary>String ids: 8 bytes and their UTF-8 a row.</summary>
/// <param name="values">The UTF-8 by row; owned by this column.</param>
internal sealed class TextIds(BytesStore values) : IdColumn
{
    /// <inheritdoc/>
    public override IdKind Kind => IdKind.Text;

    /// <inheritdoc/>
    public override long Count => values.Count;

    /// <inheritdoc/>
    public override long OwnedBytes => values.OwnedBytes;

    /// <summary>The UTF-8 by row.</summary>
    public BytesStore Values => values;

    /// <inheritdoc/>
    public override ItemId Read(uint row) => new(Encoding.UTF8.GetString(values.Read(row)));

    /// <inheritdoc/>
    public override long Key(uint row) => ItemId.TextKey(values.Read(row));

    /// <inheritdoc/>
    public override int CompareIds(uint left, uint right) => values.Read(left).SequenceCompareTo(values.Read(right));

    /// <inheritdoc/>
    internal override void Append(ItemId id)
    {
        Span<byte> utf8 = stackalloc byte[Limits.IdBytesMax];
        values.Append(utf8[..Encoding.UTF8.GetBytes(id.Text, utf8)]);
    }

    /// <inheritdoc/>
    internal override uint Find(ItemId id, SlotTable slots)
    {
        Span<byte> utf8 = stackalloc byte[Limits.IdBytesMax];
        utf8 = utf8[..Encoding.UTF8.GetBytes(id.Text, utf8)];
        return slots.Find(new Probe(utf8, SlotTable.Mix(ItemId.TextKey(utf8)), values));
    }

    /// <inheritdoc/>
    internal override bool Matches(uint row, ItemId id)
    {
        Span<byte> utf8 = stackalloc byte[Limits.IdBytesMax];
        return values.Read(row).SequenceEqual(utf8[..Encoding.UTF8.GetBytes(id.Text, utf8)]);
    }

    /// <inheritdoc/>
    internal override ulong HashOf(ItemId id) => SlotTable.Mix(id.Key);

    /// <inheritdoc/>
    internal override void Prefetch(uint row) => values.Prefetch(row);

    /// <inheritdoc/>
    internal override void Trim() => values.Trim();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => values.Dispose();

    private readonly ref struct Probe(ReadOnlySpan<byte> utf8, ulong hash, BytesStore values) : ISlotProbe
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;

        public ulong Hash => hash;

        public bool Matches(uint number) => values.Read(number).SequenceEqual(_utf8);
    }
}
