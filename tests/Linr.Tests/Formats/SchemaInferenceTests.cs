using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class SchemaInferenceTests : IDisposable
{
    private const FieldRoles Keyword = FieldRoles.Attribute | FieldRoles.Feature | FieldRoles.Stored;
    private const FieldRoles Number = FieldRoles.Attribute | FieldRoles.Stored;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Types_come_from_the_values()
    {
        string path = _folder.Write("a.csv", """
            sku,name,brand,tags,price,stock,code,sold,since,empty,my look!
            10,A red box,Acme,red|big,9.5,3,007,true,2024-01-02,,0.5|1.5
            11,The blue box,Acme,blue,10,4,008,false,2024-01-03 04:05,,0.25|-1.5
            12,One more lid,Zed,,11.25,,009,true,2023-01-03T04:05:06Z,,0.125|2.5

            """);
        InferredSchema found = ItemFile.Infer(path, new ItemOptions { Id = "sku" });
        Assert.Equal(3, found.Rows);
        Assert.Equal(IdKind.Integer, found.Schema.IdKind);
        Assert.Equal(
            [
                new FieldSchema("name", FieldType.Text, FieldRoles.Feature | FieldRoles.Stored),
                new FieldSchema("brand", FieldType.Keyword, Keyword),
                new FieldSchema("tags", FieldType.Keyword, Keyword, MultiValued: true),
                new FieldSchema("price", FieldType.Float, Number),
                new FieldSchema("stock", FieldType.Integer, Number),
                new FieldSchema("code", FieldType.Keyword, Keyword),
                new FieldSchema("sold", FieldType.Boolean, Number),
                new FieldSchema("since", FieldType.Date, Number),
            ],
            found.Schema.Fields);
        Assert.Equal([new EmbeddingSchema("my_look_", 2)], found.Schema.Embeddings);
        Assert.Equal("sku: the id, Integer", found.Notes[0]);
        Assert.Equal(
            "tags: Keyword, multi-valued (Attribute, Feature, Stored); in 2 of 3 rows, 3 different values",
            found.Notes[3]);
        Assert.Contains("empty: left out, no row has a value", found.Notes);
        Assert.Contains("my_look_: an embedding of 2 numbers, cosine", found.Notes);
        Item[] items = [.. ItemFile.Read(path, new ItemOptions { Id = "sku" })];
        Assert.Equal([0.125f, 2.5f], items[2].Embeddings["my_look_"].ToArray());
    }

    [Theory]
    [InlineData("{\"id\":1,\"a\":1}\n{\"id\":2,\"a\":2}", FieldType.Integer, false)]
    [InlineData("{\"id\":1,\"a\":1}\n{\"id\":2,\"a\":2.5}", FieldType.Float, false)]
    [InlineData("{\"id\":1,\"a\":1}\n{\"id\":2,\"a\":\"x\"}", FieldType.Keyword, false)]
    [InlineData("{\"id\":1}\n{\"id\":2,\"a\":[1,2]}", FieldType.Integer, true)]
    [InlineData("{\"id\":1,\"a\":[\"x\",null]}", FieldType.Keyword, true)]
    [InlineData("{\"id\":1,\"a\":{\"b\":[]}}", FieldType.Json, false)]
    [InlineData("{\"id\":1,\"a\":true}", FieldType.Boolean, false)]
    public void Json_types_are_taken_as_they_stand(string text, FieldType type, bool multiValued)
    {
        string path = _folder.Write("a.jsonl", text);
        FieldSchema field = Assert.Single(ItemFile.Infer(path).Schema.Fields);
        Assert.Equal((type, multiValued), (field.Type, field.MultiValued));
        Assert.NotEmpty(ItemFile.Read(path));
    }

    [Theory]
    [InlineData("id\n1\n2\n", IdKind.Integer)]
    [InlineData("id\n1\n02\n", IdKind.Text)]
    [InlineData("id\n0f8fad5b-d9cb-469f-a165-70867728950e\n", IdKind.Guid)]
    [InlineData("name,movieId\nx,5\n", IdKind.Integer)]
    [InlineData("name,colour\n5,blue\n", IdKind.Integer)]
    public void The_kind_of_id_comes_from_the_values(string text, IdKind kind)
        => Assert.Equal(kind, ItemFile.Infer(_folder.Write("a.csv", text)).Schema.IdKind);

    [Fact]
    public void Two_columns_of_one_name_stay_apart()
    {
        string path = _folder.Write("a.csv", "id,a,a\n1,x,y\n");
        Item item = Assert.Single(ItemFile.Read(path));
        Assert.Equal(["x"], item.Fields["a"]);
        Assert.Equal(["y"], item.Fields["column_3"]);
    }

    [Fact]
    public void A_file_without_a_row_is_an_error()
    {
        string path = _folder.Write("a.csv", "id,a\n");
        DataFormatException error = Assert.Throws<DataFormatException>(() => ItemFile.Infer(path));
        Assert.Equal($"{path}: expected at least one good row; found none.", error.Message);
    }
}
