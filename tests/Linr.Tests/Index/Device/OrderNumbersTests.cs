using Linr.Index.Device;
using Linr.Index.Ids;
using Linr.Memory;

namespace Linr.Tests.Index.Device;

public class OrderNumbersTests
{
    [Theory]
    [InlineData(1_000_000, 0)]
    [InlineData(1_000_000, 1_000)]
    [InlineData(5, 2)]
    [InlineData(0, 1)]
    public void Numbers_differ_and_follow_key_and_id(int rows, int keyCount)
    {
        using var ids = new Ids(rows, keyCount);
        var shard = new RowShard(0, (rows + Limits.BlockRows - 1) / Limits.BlockRows, rows);
        using NativeBuffer buffer = OrderNumbers.Of(ids, shard, out _);
        long[] numbers = buffer.Slice<long>().Span.ToArray();
        uint[] byNumber = [.. Enumerable.Range(0, rows).Select(row => (uint)row)];
        Array.Sort(numbers, byNumber);
        for (int i = 1; i < rows; i++)
        {
            Assert.True(numbers[i - 1] < numbers[i]);
            Assert.True(ids.Compare(byNumber[i - 1], byNumber[i]) < 0);
        }

        Assert.Equal(keyCount != 0 && rows > keyCount, rows > 0 && numbers[0] == 0 && numbers[^1] == rows - 1);
    }

    /// <summary>Rows with few keys, as hashes of strings might give them; the ids descend with the row.</summary>
    private sealed class Ids(int rows, int keyCount) : IdColumn
    {
        public override IdKind Kind => IdKind.Text;

        public override long Count => rows;

        public override long OwnedBytes => 0;

        public override ItemId Read(uint row) => new($"id {row}");

        public override ItemIdList Read(ReadOnlySpan<uint> rows) => throw new NotSupportedException();

        public override long Key(uint row)
        {
            ulong key = keyCount == 0 ? row + 1 : row % (uint)keyCount;
            return (long)(key * 0x9E37_79B9_7F4A_7C15);
        }

        public override int CompareIds(uint left, uint right) => right.CompareTo(left);

        internal override void Append(ItemId id) => throw new NotSupportedException();

        internal override uint Find(ItemId id, SlotTable slots) => throw new NotSupportedException();

        internal override int FindAll(ReadOnlySpan<ItemId> ids, Span<uint> found, SlotTable slots)
            => throw new NotSupportedException();

        internal override void Trim()
        {
        }

        internal override void Grow(int blocks) => throw new NotSupportedException();

        internal override void Set(uint row, ItemId id, ICollection<NativeBuffer> retired) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
