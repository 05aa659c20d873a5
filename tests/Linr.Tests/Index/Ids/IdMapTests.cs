using Linr.Index;
using Linr.Index.Ids;
using Linr.Kernels.Tests;

namespace Linr.Tests.Index.Ids;

public class IdMapTests
{
    [Theory]
    [InlineData(IdKind.Integer, 200_000)]
    [InlineData(IdKind.Guid, 70_000)]
    [InlineData(IdKind.Text, 70_000)]
    public void Every_id_is_found_and_no_other(IdKind kind, int count)
    {
        using var builder = new ItemTableBuilder(new Schema { IdKind = kind });
        builder.AppendIds([.. Enumerable.Range(0, count).Select(i => Tables.IdOf(kind, i * 7L))]);
        using ItemTable table = builder.Build();

        ItemId[] asked =
        [
            .. Enumerable.Range(0, count * 2).Select(i => Tables.IdOf(kind, i * 7L)),
            Tables.IdOf(kind, 3),
            WrongKind(kind),
        ];
        uint[] rows = new uint[asked.Length];
        Assert.Equal(count, table.IdMap.Find(asked, rows));
        Assert.Equal(Enumerable.Range(0, count).Select(i => (uint)i), rows[..count]);
        Assert.All(rows[count..], row => Assert.Equal(IdMap.NoRow, row));
    }

    [Fact]
    public void An_integer_id_costs_what_is_stated()
    {
        foreach (int count in new[] { 150_000, 200_000, 262_145 })
        {
            using ItemTable table = Integers(count);
            Assert.InRange((double)table.Ids.OwnedBytes / count, 8, 8.01);
            Assert.InRange((double)table.IdMap.OwnedBytes / count, 5, 7.5);
        }
    }

    [Theory]
    [InlineData(4_096, 1.0, 1.25)]
    [InlineData(512, 1.0, 1.5)]
    public void A_segment_grows_by_what_is_stated(int from, double least, double most)
    {
        // One segment of 1,024: at a billion ids 1,024 x 977 k slots of 4 bytes, 5 to 6.25 bytes an id.
        var segment = default(SlotSegment);
        long before = 0;
        for (uint number = 0; number < from * 4; number++)
        {
            segment.Add(SlotTable.Mix(number), number, other => SlotTable.Mix(other));
            double growth = before == 0 ? 1 : (double)segment.OwnedBytes / before;
            if (before >= from * sizeof(uint) && growth != 1)
            {
                Assert.InRange(growth, least, most + (64.0 / before));
                Assert.InRange((double)segment.OwnedBytes / (number + 1), 5 * 0.99, 5 * most * 1.05);
            }

            before = segment.OwnedBytes;
        }

        segment.Dispose();
    }

    [Fact]
    public void Integer_ids_are_found_in_bulk_as_one_by_one()
    {
        using ItemTable table = Integers(100_000);
        long[] asked = [.. Enumerable.Range(-500, 3_001).Select(i => i * 37L)];
        uint[] rows = new uint[asked.Length];
        int found = table.IdMap.Find(asked, rows);
        Assert.Equal(rows.Count(row => row != IdMap.NoRow), found);
        for (int i = 0; i < asked.Length; i++)
        {
            Assert.Equal(table.IdMap.TryFind(asked[i], out uint row), rows[i] != IdMap.NoRow);
            Assert.Equal(row, rows[i]);
        }

        Assert.Throws<ArgumentException>(() => table.IdMap.Find([1L, 2L], new uint[1]));
        using ItemTable none = new ItemTableBuilder(new Schema { IdKind = IdKind.Integer }).Build();
        Assert.Equal(0, none.IdMap.Find([1L, 2L], new uint[2]));
    }

    [Fact]
    public void Finding_allocates_nothing()
    {
        using ItemTable table = Integers(50_000);
        long[] asked = [.. Enumerable.Range(0, 10_000).Select(i => i * 5L)];
        uint[] rows = new uint[asked.Length];
        table.IdMap.Find(asked, rows);
        Assert.Equal(0, Allocations.OfPass(() => table.IdMap.Find(asked, rows)));
    }

    [Fact]
    public void Numbers_of_one_hash_are_told_apart_by_what_they_stand_for()
    {
        // Every second number shares its whole hash with its neighbour, and all crowd into one segment.
        using var table = new SlotTable(number => number / 2 << 1);
        for (uint number = 0; number < 3_000; number++)
        {
            Assert.Equal(SlotTable.None, table.Find(new Probe(number)));
            table.Add(new Probe(number).Hash, number);
        }

        for (uint number = 0; number < 3_000; number++)
        {
            Assert.Equal(number, table.Find(new Probe(number)));
        }

        Assert.Equal(SlotTable.None, table.Find(new Probe(3_001)));
    }

    [Fact]
    public void Rows_are_ordered_by_key_then_id()
    {
        ItemId[] ids = [.. Enumerable.Range(0, 300).Select(i => (ItemId)$"\u00e9-{i}"), "\uffff", "\U0001F600", "a"];
        using var builder = new ItemTableBuilder(new Schema { IdKind = IdKind.Text });
        builder.AppendIds(ids);
        using ItemTable table = builder.Build();
        uint[] rows = [.. Enumerable.Range(0, ids.Length).Select(i => (uint)i)];
        Array.Sort(rows, table.Order.Compare);
        Assert.Equal(ids.Order(), rows.Select(row => ids[row]));
        Assert.Equal(ids.OrderBy(id => id.Key), rows.Select(row => ids[row]));

        // Where keys are equal the ids settle it, as UTF-8: U+FFFF comes before U+1F600, unlike in UTF-16.
        Assert.True(table.Ids.CompareIds(300, 301) < 0);
        Assert.True(table.Ids.CompareIds(302, 300) < 0);
    }

    private static ItemTable Integers(int count)
    {
        using var builder = new ItemTableBuilder(new Schema { IdKind = IdKind.Integer });
        builder.AppendIds([.. Enumerable.Range(0, count).Select(i => i * 37L)]);
        return builder.Build();
    }

    private static ItemId WrongKind(IdKind kind) => kind == IdKind.Text ? new ItemId(1) : new ItemId("1");

    private readonly struct Probe(uint number) : ISlotProbe
    {
        public ulong Hash => number / 2 << 1;

        public bool Matches(uint other) => other == number;
    }
}
