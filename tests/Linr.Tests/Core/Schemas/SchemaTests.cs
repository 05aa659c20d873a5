using Linr.Tests.Index;

namespace Linr.Tests.Core.Schemas;

public class SchemaTests
{
    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var schema = new Schema
        {
            IdKind = (IdKind)9,
            Fields =
            [
                new("", FieldType.Keyword, FieldRoles.Attribute),
                new("ID", FieldType.Keyword, FieldRoles.Attribute),
                new("9lives", FieldType.Keyword, FieldRoles.Attribute),
                new("a/b", FieldType.Keyword, FieldRoles.Attribute),
                new(new string('x', 129), FieldType.Keyword, FieldRoles.Attribute),
                new("twice", FieldType.Keyword, FieldRoles.Attribute),
                new("twice", FieldType.Integer, FieldRoles.Stored),
                new("none", FieldType.Integer, FieldRoles.None),
                new("more", FieldType.Integer, (FieldRoles)8),
                new("text", FieldType.Text, FieldRoles.Attribute | FieldRoles.Feature),
                new("json", FieldType.Json, FieldRoles.Feature, MultiValued: true),
                new("what", (FieldType)99, FieldRoles.Stored),
            ],
            Embeddings = [new("wide", 4097), new("flat", 0), new("odd", 4, (Metric)7, (RowType)8), new("odd", 4)],
        };
        IReadOnlyList<string> problems = SchemaValidator.Validate(schema);
        string[] expected =
        [
            "id: unknown kind 9",
            "field \"\": expected a name",
            "field \"ID\": the name is reserved for the item's id",
            "field \"9lives\": expected a letter or underscore, then letters, digits, underscores, dots or dashes",
            "field \"a/b\": expected a letter or underscore, then letters, digits, underscores, dots or dashes",
            $"field \"{new string('x', 129)}\": expected a name of at most 128 characters; found 129",
            "field \"none\": expected one or more of the roles attribute, feature, stored; found None",
            "field \"more\": expected one or more of the roles attribute, feature, stored; found 8",
            "field \"text\": Text cannot be an attribute; filters test keywords, numbers, booleans and dates",
            "field \"json\": Json cannot be a feature; it can only be stored",
            "field \"json\": Json has at most one value an item",
            "field \"what\": unknown type 99",
            "embedding \"wide\": expected a dim of 1 to 4096; found 4097",
            "embedding \"flat\": expected a dim of 1 to 4096; found 0",
            "embedding \"odd\": unknown metric 7",
            "embedding \"odd\": unknown row type 8",
            "field \"twice\": expected a name once; found it 2 times",
            "embedding \"odd\": expected a name once; found it 2 times",
        ];
        Assert.Equal(expected, problems);
        SchemaException error = Assert.Throws<SchemaException>(() => SchemaValidator.ThrowIfInvalid(schema));
        Assert.Equal(expected, error.Problems);
    }

    [Fact]
    public void Too_many_fields_or_embeddings_are_refused()
    {
        var schema = new Schema
        {
            IdKind = IdKind.Text,
            Fields =
            [
                .. Enumerable.Range(0, 1025).Select(i => new FieldSchema($"f{i}", FieldType.Date, FieldRoles.Stored)),
            ],
            Embeddings = [.. Enumerable.Range(0, 65).Select(i => new EmbeddingSchema($"e{i}", 1))],
        };
        Assert.Equal(
            ["fields: expected at most 1024; found 1025", "embeddings: expected at most 64; found 65"],
            SchemaValidator.Validate(schema));
    }

    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void A_schema_comes_back_from_its_JSON(IdKind kind)
    {
        Schema schema = Tables.EveryField(kind);
        foreach (string json in new[] { SchemaJson.Write(schema), SchemaJson.WriteIndented(schema) })
        {
            Schema read = SchemaJson.Read(json);
            Assert.Equal(schema.IdKind, read.IdKind);
            Assert.Equal(schema.Fields.AsSpan(), read.Fields.AsSpan());
            Assert.Equal(schema.Embeddings.AsSpan(), read.Embeddings.AsSpan());
        }
    }

    [Fact]
    public void The_JSON_reads_as_a_person_would_write_it()
        => Assert.Equal(
            """
            {"id":"text","fields":[{"name":"tags","type":"keyword","roles":["attribute","stored"],"multiValued":true}],
            "embeddings":[{"name":"main","dim":4,"metric":"cosine","rows":"float16"}]}
            """.ReplaceLineEndings(string.Empty),
            SchemaJson.Write(new Schema
            {
                IdKind = IdKind.Text,
                Fields = [new("tags", FieldType.Keyword, FieldRoles.Attribute | FieldRoles.Stored, MultiValued: true)],
                Embeddings = [new("main", 4, Metric.Cosine, RowType.Float16)],
            }));

    [Theory]
    [InlineData("""{""", "line 1")]
    [InlineData("""null""", "expected a schema")]
    [InlineData("""{"fields":[]}""", "id")]
    [InlineData("""{"id":0}""", "id")]
    [InlineData("""{"id":"integer","feilds":[]}""", "feilds")]
    [InlineData("""{"id":"integer","id":"text"}""", "id")]
    [InlineData("""{"id":"integer","fields":null}""", "fields")]
    [InlineData("""{"id":"integer","fields":[null]}""", "fields[0]: expected an object")]
    [InlineData("""{"id":"integer","fields":[{"name":"a","type":"string","roles":["stored"]}]}""", "fields[0].type")]
    [InlineData("""{"id":"integer","fields":[{"name":"a","type":"text","roles":[]}]}""",
        "field \"a\": expected one or more of the roles")]
    [InlineData("""{"id":"integer","embeddings":[{"name":"a","dim":0,"metric":"dot","rows":"float32"}]}""",
        "embedding \"a\": expected a dim")]
    public void Wrong_JSON_says_where_and_what(string json, string expected)
    {
        SchemaException error = Assert.Throws<SchemaException>(() => SchemaJson.Read(json));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
