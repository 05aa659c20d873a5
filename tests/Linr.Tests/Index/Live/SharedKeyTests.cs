using Linr.Index.Ids;
using Linr.Index.Live;
using Linr.Memory;

namespace Linr.Tests.Index.Live;

/// <summary>Keys that several items share, which 64 bits of a hash hardly ever give.</summary>
public sealed class SharedKeyTests
{
    [Fact]
    public void Another_id_of_the_same_key_is_found_and_the_same_id_is_not()
    {
        var ids = new SharedKeys([10, 11, 20, 10, 30]);
        using var map = new IdMap(ids);
        map.Add(0);
        map.Add(2);
        Assert.True(map.HasOtherOfKey(1));
        Assert.False(map.HasOtherOfKey(3));
        Assert.False(map.HasOtherOfKey(4));
        var live = new LiveIds(ids);
        live.Add(0);
        live.Add(2);
        Assert.True(live.HasOtherOfKey(1));
        Assert.False(live.HasOtherOfKey(3));
        Assert.False(live.HasOtherOfKey(4));
        live.Remove(0);
        Assert.False(live.HasOtherOfKey(1));
    }

    /// <summary>Ids whose keys are their tens.</summary>
    private sealed class SharedKeys(long[] values) : IdColumn
    {
        public override IdKind Kind => IdKind.Integer;

        public override long Count => values.Length;

        public override long OwnedBytes => 0;

        public override ItemId Read(uint row) => values[row];

        public override ItemIdList Read(ReadOnlySpan<uint> rows) => throw new NotSupportedException();

        public override long Key(uint row) => values[row] / 10;

        public override int CompareIds(uint left, uint right) => values[left].CompareTo(values[right]);

        internal override void Append(ItemId id) => throw new NotSupportedException();

        internal override void Grow(int blocks) => throw new NotSupportedException();

        internal override void Set(uint row, ItemId id, ICollection<NativeBuffer> retired) => throw new NotSupportedException();

        internal override uint Find(ItemId id, SlotTable slots) => throw new NotSupportedException();

        internal override int FindAll(ReadOnlySpan<ItemId> ids, Span<uint> rows, SlotTable slots) => throw new NotSupportedException();

        internal override void Trim() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
