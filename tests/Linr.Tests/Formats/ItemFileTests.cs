using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class ItemFileTests : IDisposable
{
    private static readonly Schema Shop = new()
    {
        IdKind = IdKind.Text,
        Fields =
        [
            new FieldSchema("brand", FieldType.Keyword, FieldRoles.Attribute),
            new FieldSchema("tags", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
            new FieldSchema("price", FieldType.Float, FieldRoles.Attribute),
            new FieldSchema("stock", FieldType.Integer, FieldRoles.Attribute),
            new FieldSchema("sold", FieldType.Boolean, FieldRoles.Attribute),
            new FieldSchema("since", FieldType.Date, FieldRoles.Attribute),
            new FieldSchema("about", FieldType.Text, FieldRoles.Stored),
        ],
        Embeddings = [new EmbeddingSchema("look", 3)],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.csv", "id,brand,tags,price,stock,sold,since,about,look\n"
        + "p1,Acme,red|blue,9.5,3,true,2024-02-29,\"big, \"\"red\"\"\nbox\",0.5|-1|2\np2,,,,,,,,\n")]
    [InlineData("a.tsv", "brand\tid\ttags\tprice\tstock\tsold\tsince\tlook\tabout\tunused\n"
        + "Acme\tp1\tred|blue\t9.5\t3\t1\t2024-02-29T00:00:00Z\t[0.5, -1, 2]\t"
        + "\"big, \"\"red\"\"\nbox\"\tx\n\tp2\t\t\t\t\t\t\t\t\n")]
    [InlineData(
        "a.jsonl",
        """{"id":"p1","brand":"Acme","tags":["red","blue"],"price":9.5,"stock":3,"sold":true,"""
        + """ "since":1709164800,"look":[0.5,-1,2],"about":"big, \"red\"\nbox"}"""
        + "\n" + """{"id":"p2","brand":null,"tags":[],"unused":{"a":1}}""")]
    public void The_same_items_come_from_every_text_format(string name, string text)
    {
        Item[] items = [.. ItemFile.Read(_folder.Write(name, text), new ItemOptions { Schema = Shop })];
        Assert.Equal(2, items.Length);
        Assert.Equal("p1", items[0].Id);
        Assert.Equal(["Acme"], items[0].Fields["brand"]);
        Assert.Equal(["red", "blue"], items[0].Fields["tags"]);
        Assert.Equal([9.5], items[0].Fields["price"]);
        Assert.Equal([3L], items[0].Fields["stock"]);
        Assert.Equal([true], items[0].Fields["sold"]);
        Assert.Equal([new DateTimeOffset(2024, 2, 29, 0, 0, 0, TimeSpan.Zero)], items[0].Fields["since"]);
        Assert.Equal([Value.OfText("big, \"red\"\nbox")], items[0].Fields["about"]);
        Assert.Equal([0.5f, -1, 2], items[0].Embeddings["look"].ToArray());
        Assert.Equal("p2", items[1].Id);
        Assert.Empty(items[1].Fields);
        Assert.Empty(items[1].Embeddings);
    }

    [Fact]
    public void Fields_may_stand_in_columns_of_another_name()
    {
        string path = _folder.Write("a.csv", "sku,maker\n7,Acme\n");
        var options = new ItemOptions
        {
            Schema = new Schema
            {
                IdKind = IdKind.Integer,
                Fields = [new FieldSchema("brand", FieldType.Keyword, FieldRoles.Attribute)],
            },
            Id = "sku",
            Columns = new Dictionary<string, ColumnRef> { ["brand"] = "maker" },
        };
        Item item = Assert.Single(ItemFile.Read(path, options));
        Assert.Equal(7, item.Id);
        Assert.Equal(["Acme"], item.Fields["brand"]);
    }

    [Theory]
    [InlineData("id,brand\n,x\n",
        ", line 2, column \"id\": expected an id of 1 to 512 bytes of UTF-8; found no value.")]
    [InlineData("id,price\n1,cheap\n", ", line 2, column \"price\": expected a number; found \"cheap\".")]
    [InlineData("id,price\n1,NaN\n", ", line 2, column \"price\": expected a number; found \"NaN\".")]
    [InlineData("id,stock\n1,2.5\n", ", line 2, column \"stock\": expected a 64-bit integer; found \"2.5\".")]
    [InlineData("id,stock\n1,99999999999999999999\n",
        ", line 2, column \"stock\": expected a 64-bit integer; found \"99999999999999999999\".")]
    [InlineData("id,sold\n1,maybe\n", ", line 2, column \"sold\": expected true or false; found \"maybe\".")]
    [InlineData("id,since\n1,2024-02-30\n",
        ", line 2, column \"since\": expected a date (ISO 8601, or a number since 1970); found \"2024-02-30\".")]
    [InlineData("id,look\n1,0|1\n", ", line 2, column \"look\": expected 3 numbers; found 2.")]
    [InlineData("id,look\n1,0|1|x\n", ", line 2, column \"look\": expected 3 numbers; found \"0|1|x\".")]
    [InlineData("id,look\n1,0|1|Infinity\n", ", line 2, column \"look\": expected finite numbers; found Infinity.")]
    public void A_bad_value_says_where_what_was_expected_and_what_was_found(string text, string message)
    {
        string path = _folder.Write("a.csv", text);
        string column = text[3..text.IndexOf('\n', StringComparison.Ordinal)];
        var options = new ItemOptions
        {
            Schema = Shop with
            {
                Fields = [.. Shop.Fields.Where(field => field.Name == column)],
                Embeddings = [.. Shop.Embeddings.Where(one => one.Name == column)],
            },
        };
        DataFormatException error = Assert.Throws<DataFormatException>(() => ItemFile.Read(path, options).Count());
        Assert.Equal(path + message, error.Message);
    }

    [Fact]
    public void Several_values_of_a_single_valued_field_are_an_error()
    {
        string path = _folder.Write("a.jsonl", "{\"id\":\"p\",\"brand\":[\"a\",\"b\"]}");
        DataFormatException error = Assert.Throws<DataFormatException>(
            () => ItemFile.Read(path, new ItemOptions { Schema = Shop }).Count());
        Assert.Equal($"{path}, line 1, column \"brand\": expected one value; found 2 values.", error.Message);
    }

    [Fact]
    public void A_column_that_is_not_there_is_an_error()
    {
        string path = _folder.Write("a.csv", "id,price\n1,2\n");
        DataFormatException error = Assert.Throws<DataFormatException>(
            () => ItemFile.Read(path, new ItemOptions { Schema = Shop }).Count());
        Assert.Equal($"{path}: expected a column \"brand\"; found id, price.", error.Message);
    }
}
