using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Ids;
using Linr.Kernels.Filter;

namespace Linr.Tests.Index;

public class ItemTableTests
{
    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void An_item_comes_back_as_it_was_given(IdKind kind)
    {
        Item given = FullItem(Tables.IdOf(kind, 42));
        Item bare = new() { Id = Tables.IdOf(kind, -1), Embeddings = given.Embeddings };
        using var builder = new ItemTableBuilder(Tables.EveryField(kind));
        builder.Append([given, bare]);
        using ItemTable table = builder.Build();

        Assert.Equal(2, table.Rows);
        Assert.Equivalent(Flatten(given), Flatten(table.ReadItem(0)), strict: true);
        Assert.Empty(table.ReadItem(1).Fields);
        Assert.True(table.IdMap.TryFind(bare.Id, out uint row));
        Assert.Equal(1u, row);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_073)]
    public void Rows_around_the_edge_of_a_block_keep_their_values(int rows)
    {
        using ItemTable table = Tables.Keywords(
            rows,
            tags: row => row % 3 == 0 ? [] : [$"a{row % 7}", $"b{row % 300}"],
            section: row => row % 5 == 0 ? null : $"s{row}");

        Assert.Equal(rows, table.Rows);
        Assert.Equal((rows + 65_535) / 65_536, table.BlockCount);
        int[] probes = [0, 1, 2, 65_533, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072];
        foreach (int row in probes.Where(row => row < rows))
        {
            Item item = table.ReadItem((uint)row);
            Assert.Equal(new ItemId(row), item.Id);
            Assert.Equal(row % 3 != 0, item.Fields.ContainsKey("tags"));
            Assert.Equal(row % 5 != 0, item.Fields.ContainsKey("section"));
            if (row % 3 != 0)
            {
                Assert.Equal([$"a{row % 7}", $"b{row % 300}"], item.Fields["tags"].Select(value => value.Text));
            }

            if (row % 5 != 0)
            {
                Assert.Equal($"s{row}", item.Fields["section"].Single().Text);
            }
        }
    }

    [Fact]
    public void A_block_codes_its_keywords_as_narrowly_as_its_highest_code_allows()
    {
        using ItemTable table = Tables.Keywords(
            131_072 + 1,
            tags: _ => [],
            section: row => row < 65_536 ? $"s{row % 255}" : row < 131_072 ? $"s{row % 60_000}" : $"s{row}");
        var column = (ValueColumn)table.FindColumn("section")!;

        Assert.Equal(ColumnElement.Code8, column.Block(0).Element);
        Assert.Equal(ColumnElement.Code16, column.Block(1).Element);
        Assert.Equal(ColumnElement.Code16, column.Block(2).Element);
        Assert.Equal(60_001u, column.Dictionary!.Count);
        Assert.Equal(60_001u, column.Dictionary.Find("s131072"));
        Assert.Equal("s0", column.Dictionary.TextOf(1));
        Assert.Equal(0u, column.Dictionary.Find("never seen"));
    }

    [Fact]
    public void The_last_of_equal_ids_wins_where_that_is_asked_for()
    {
        Item first = FullItem(7);
        Item other = FullItem(8);
        Item last = first with
        {
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["tags"] = ["new"],
                ["description"] = [Value.OfText("changed")],
            },
        };
        using var builder = new ItemTableBuilder(Tables.EveryField(), DuplicateIds.LastWins);
        builder.Append([first, other, last]);
        using ItemTable table = builder.Build();

        Assert.Equal(2, table.Rows);
        Assert.Equivalent(Flatten(last), Flatten(table.ReadItem(0)), strict: true);
        Assert.Equivalent(Flatten(other), Flatten(table.ReadItem(1)), strict: true);
    }

    [Fact]
    public void An_item_that_does_not_fit_says_all_that_is_wrong_and_changes_nothing()
    {
        using var builder = new ItemTableBuilder(Tables.EveryField());
        builder.Append(FullItem(1));
        var bad = new Item
        {
            Id = 1,
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["sction"] = ["typo"],
                ["size"] = ["large"],
                ["price"] = [double.NaN],
                ["section"] = ["a", "b"],
                ["extra"] = ["{"],
                ["tags"] = ["never stored"],
            },
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
            {
                ["main"] = new float[] { 1, 2, float.NaN, 4, 5 },
                ["half"] = new float[] { 1, 2, 3, 70_000, 5, 6, 7, 8 },
                ["mian"] = new float[5],
            },
        };

        ItemException error = Assert.Throws<ItemException>(() => builder.Append(bad));
        Assert.Equal(9, error.Problems.Count);
        Assert.All(error.Problems, problem => Assert.StartsWith("Item 1: ", problem, StringComparison.Ordinal));
        string[] expected =
        [
            "expected an id once",
            "\"sction\": the schema has no such field",
            "\"size\": expected a value of type Integer; found Keyword \"large\"",
            "\"price\": expected a number; found NaN",
            "\"section\": expected at most 1 value; found 2",
            "\"extra\": expected JSON",
            "\"main\": expected finite components; found NaN at 2",
            "\"half\": expected components within ±65504",
            "\"mian\": the schema has no such embedding",
        ];
        Assert.All(expected, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));

        using ItemTable table = builder.Build();
        Assert.Equal(1, table.Rows);
        Assert.Equal(0u, ((ValueColumn)table.FindColumn("tags")!).Dictionary!.Find("never stored"));
        Assert.Equivalent(Flatten(FullItem(1)), Flatten(table.ReadItem(0)), strict: true);
    }

    [Fact]
    public void A_batch_with_one_bad_item_stores_none()
    {
        using var builder = new ItemTableBuilder(Tables.EveryField());
        ItemException error = Assert.Throws<ItemException>(
            () => builder.Append([FullItem(1), FullItem(2), FullItem(1), FullItem("x")]));
        Assert.Equal(2, error.Problems.Count);
        Assert.Equal(0, builder.Rows);
    }

    [Fact]
    public void An_item_without_its_embedding_is_named_when_the_table_is_built()
    {
        using var builder = new ItemTableBuilder(Tables.EveryField());
        builder.Append(FullItem(1));
        builder.AppendIds([17L, 18L]);
        ItemException error = Assert.Throws<ItemException>(() => { using ItemTable none = builder.Build(); });
        Assert.Contains(
            "embedding \"main\": 2 of 3 items have none; the first is 17", error.Problems[0], StringComparison.Ordinal);

        builder.SetEmbeddings("main", 1, new float[10]);
        builder.SetEmbeddings("half", 1, new float[16]);
        using ItemTable table = builder.Build();
        Assert.Equal(3, table.Rows);
        Assert.Equal(0, table.FindEmbedding("main")!.NormOf(2));
    }

    [Fact]
    public void Bulk_values_land_in_their_rows()
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new("size", FieldType.Integer, FieldRoles.Attribute),
                new("price", FieldType.Float, FieldRoles.Attribute),
                new("name", FieldType.Keyword, FieldRoles.Attribute),
            ],
        };
        const int rows = 70_000;
        using var builder = new ItemTableBuilder(schema);
        builder.AppendIds([.. Enumerable.Range(0, rows).Select(i => (long)i * 3)]);
        builder.SetIntegers("size", 10, [.. Enumerable.Range(0, rows - 10).Select(i => (long)i)]);
        builder.SetFloats("price", 0, [.. Enumerable.Range(0, rows).Select(i => i == 5 ? -0.0 : i)]);
        builder.SetValues("name", 69_999, ["last"]);
        using ItemTable table = builder.Build();

        var size = (ValueColumn)table.FindColumn("size")!;
        Assert.Equal(0, size.CountOf(9));
        Assert.Equal(65_526, size.IntegerOf(65_536));
        Assert.NotEqual(0, size.Block(0).Present);
        Assert.Equal(0, size.Block(1).Present);
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(((ValueColumn)table.FindColumn("price")!).FloatOf(5)));
        Assert.Equal("last", table.ReadItem(69_999).Fields["name"].Single().Text);
        Assert.Throws<ArgumentException>(() => builder.SetIntegers("price", 0, [1L]));
    }

    internal static Item FullItem(ItemId id) => new()
    {
        Id = id,
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["section"] = ["libs"],
            ["tags"] = ["b", "a", "b", "größer-𝒳"],
            ["size"] = [long.MinValue],
            ["years"] = [2026, -1, long.MaxValue],
            ["price"] = [double.NegativeInfinity],
            ["weights"] = [0.1, double.Epsilon],
            ["essential"] = [false],
            ["flags"] = [true, false, true],
            ["added"] = [Value.OfDate(new DateTimeOffset(2026, 11, 23, 1, 2, 3, 456, TimeSpan.FromHours(5)))],
            ["edits"] = [Value.OfDate(DateTimeOffset.MinValue), Value.OfDate(DateTimeOffset.UnixEpoch)],
            ["description"] = [Value.OfText("free\ntext")],
            ["extra"] = [Value.OfJson("{\"a\": [1]}")],
            ["icon"] = [Value.OfBytes([0, 255, 1])],
        },
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
        {
            ["main"] = new float[] { 1.1f, -0f, float.Epsilon, 3e8f, -5 },
            ["half"] = new float[] { 1, 2, 3, 0.5f, 65_504, -6, 7, 8 },
        },
    };

    internal static Dictionary<string, string> Flatten(Item item)
    {
        var flat = new Dictionary<string, string> { ["id"] = item.Id.ToString() };
        foreach ((string name, IReadOnlyList<Value> values) in item.Fields)
        {
            flat["field " + name] = string.Join(" | ", values.Select(value => $"{value.Type} {value}"));
        }

        foreach ((string name, ReadOnlyMemory<float> embedding) in item.Embeddings)
        {
            flat["embedding " + name] = string.Join(" ", embedding.ToArray().Select(BitConverter.SingleToInt32Bits));
        }

        return flat;
    }

    [Fact]
    public void Ids_that_ascend_are_known_whenever_one_is_asked_for()
    {
        var schema = new Schema { IdKind = IdKind.Integer };
        using var builder = new ItemTableBuilder(schema);
        builder.AppendIds([-5L, 2L, 9L]);
        builder.AppendIds([10L, 70_000L]);
        Assert.True(builder.TryFindRow(new ItemId(9), out uint row));
        Assert.Equal(2u, row);
        builder.AppendIds([70_001L]);
        Assert.Throws<ItemException>(() => builder.AppendIds([80_000L, 2L]));
        Assert.Throws<ItemException>(() => builder.AppendIds([80_001L, 80_001L]));
        builder.AppendIds([3L, 1L]);
        builder.AppendIds([90_000L]);
        Assert.Equal(11, builder.Rows);
        using ItemTable table = builder.Build();
        long[] ids = [-5, 2, 9, 10, 70_000, 70_001, 80_000, 80_001, 3, 1, 90_000];
        for (int i = 0; i < ids.Length; i++)
        {
            Assert.True(table.IdMap.TryFind(new ItemId(ids[i]), out row));
            Assert.Equal((uint)i, row);
        }

        builder.AppendIds([1L, 2L, 3L]);
        using ItemTable second = builder.Build();
        Assert.True(second.IdMap.TryFind(new ItemId(3), out row));
        Assert.Equal((2u, 3L), (row, second.IdMap.Count));
    }
}
