using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Linr.Memory;

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
    public override ItemIdList Read(ReadOnlySpan<uint> rows)
    {
        // Each is in two places, of which the second is known by the first.
        foreach (uint row in rows)
        {
            values.Prefetch(row);
        }

        var ids = new string[rows.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = Encoding.UTF8.GetString(values.Read(rows[i]));
        }

        return new ItemIdList(ImmutableCollectionsMarshal.AsImmutableArray(ids));
    }

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
    internal override void Grow(int blocks) => values.Grow(blocks);

    /// <inheritdoc/>
    internal override void Set(uint row, ItemId id, ICollection<NativeBuffer> retired)
    {
        Span<byte> utf8 = stackalloc byte[Limits.IdBytesMax];
        values.Set(row, utf8[..Encoding.UTF8.GetBytes(id.Text, utf8)], retired);
    }

    /// <inheritdoc/>
    internal override uint Find(ItemId id, SlotTable slots) => Find(id.Text, slots);

    /// <summary>
    /// The rows of many strings; <see cref="SlotTable.None"/> where no item has it, as of what cannot be an id.
    /// </summary>
    internal int FindAll(ReadOnlySpan<string> ids, Span<uint> rows, SlotTable slots)
        => slots.FindAll(new Probes(this), ids, rows);

    /// <inheritdoc/>
    internal override int FindAll(ReadOnlySpan<ItemId> ids, Span<uint> rows, SlotTable slots)
        => slots.FindAll(new Probes(this), ids, rows);

    /// <inheritdoc/>
    internal override void Trim() => values.Trim();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => values.Dispose();

    private uint Find(string id, SlotTable slots)
    {
        Span<byte> room = stackalloc byte[Limits.IdBytesMax];
        return TryEncode(id, room, out ReadOnlySpan<byte> utf8) ? slots.Find(new Probe(utf8, values)) : SlotTable.None;
    }

    /// <summary>The UTF-8 of what can be an id: no half of a surrogate pair, and not too long.</summary>
    private static bool TryEncode(string? id, Span<byte> room, out ReadOnlySpan<byte> utf8)
    {
        bool canBe = Utf8.FromUtf16(id, room, out _, out int length, replaceInvalidSequences: false)
            == OperationStatus.Done;
        utf8 = room[..length];
        return canBe;
    }

    private static ulong HashOf(ReadOnlySpan<byte> utf8) => SlotTable.Mix(ItemId.TextKey(utf8));

    private readonly ref struct Probe(ReadOnlySpan<byte> utf8, BytesStore values) : ISlotProbe
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;

        public ulong Hash { get; } = HashOf(utf8);

        public bool Matches(uint number) => values.Read(number).SequenceEqual(_utf8);
    }

    private readonly struct Probes(TextIds ids) : IIdProbes<string>, IIdProbes<ItemId>
    {
        public ulong Hash(in string id)
        {
            Span<byte> room = stackalloc byte[Limits.IdBytesMax];
            return TryEncode(id, room, out ReadOnlySpan<byte> utf8) ? HashOf(utf8) : 0;
        }

        public ulong Hash(in ItemId id) => id.Kind == IdKind.Text ? Hash(id.Text) : 0;

        public void Prefetch(uint row) => ids.Values.Prefetch(row);

        public bool Matches(uint row, in string id)
        {
            Span<byte> room = stackalloc byte[Limits.IdBytesMax];
            return TryEncode(id, room, out ReadOnlySpan<byte> utf8) && ids.Values.Read(row).SequenceEqual(utf8);
        }

        public bool Matches(uint row, in ItemId id) => id.Kind == IdKind.Text && Matches(row, id.Text);

        public uint Find(in string id, SlotTable slots) => ids.Find(id, slots);

        public uint Find(in ItemId id, SlotTable slots)
            => id.Kind == IdKind.Text ? ids.Find(id.Text, slots) : SlotTable.None;
    }
}
