using System.Collections.Immutable;
using CsCheck;
using Linr.Formats;

namespace Linr.Tests.Formats;

public sealed class RoundTripTests : IDisposable
{
    private const FieldRoles Stored = FieldRoles.Stored;
    private static readonly string[] Names = ["a.csv", "a.tsv.gz", "a.jsonl", "a.jsonl.gz", "a.parquet"];

    private static readonly Schema Wide = new()
    {
        IdKind = IdKind.Text,
        Fields =
        [
            new FieldSchema("keyword", FieldType.Keyword, Stored),
            new FieldSchema("keywords", FieldType.Keyword, Stored, MultiValued: true),
            new FieldSchema("integer", FieldType.Integer, Stored),
            new FieldSchema("integers", FieldType.Integer, Stored, MultiValued: true),
            new FieldSchema("float", FieldType.Float, Stored),
            new FieldSchema("floats", FieldType.Float, Stored, MultiValued: true),
            new FieldSchema("boolean", FieldType.Boolean, Stored),
            new FieldSchema("booleans", FieldType.Boolean, Stored, MultiValued: true),
            new FieldSchema("date", FieldType.Date, Stored),
            new FieldSchema("dates", FieldType.Date, Stored, MultiValued: true),
            new FieldSchema("text", FieldType.Text, Stored),
            new FieldSchema("bytes", FieldType.Bytes, Stored),
            new FieldSchema("json", FieldType.Json, Stored),
        ],
        Embeddings = [new EmbeddingSchema("one", 1), new EmbeddingSchema("many", 5)],
    };

    private static readonly Gen<string> GenText =
        Gen.OneOf(
            Gen.String[Gen.Char["ab,\t\"\n\r é€|:"], 1, 12],
            Any("true", "007", "-0", "[1]", "\uFEFFx", "😀"));

    private static readonly Gen<string> GenListed = GenText.Select(text => text.Replace('|', '/'));

    private static readonly Gen<float> GenFloat =
        Gen.OneOf(Gen.Float[-10, 10], Any(float.MaxValue, float.Epsilon, 0f, -1f / 3, 1e-30f));

    private static readonly Gen<double> GenDouble = Gen.OneOf(
        Gen.Double[-10, 10], Any(double.MaxValue, double.Epsilon, double.PositiveInfinity, 1.0 / 3));

    private static readonly Gen<Item> GenItem =
        from id in Gen.String[Gen.Char["abcdef01"], 1, 8]
        from keyword in GenText.Select(Value.OfKeyword).Array[0, 1]
        from keywords in GenListed.Select(Value.OfKeyword).Array[0, 3]
        from integer in Gen.Long.Select(Value.OfInteger).Array[0, 1]
        from integers in Gen.Long.Select(Value.OfInteger).Array[0, 3]
        from real in GenDouble.Select(Value.OfFloat).Array[0, 1]
        from reals in GenDouble.Select(Value.OfFloat).Array[0, 3]
        from boolean in Gen.Bool.Select(Value.OfBoolean).Array[0, 1]
        from booleans in Gen.Bool.Select(Value.OfBoolean).Array[0, 3]
        from date in GenDate.Array[0, 1]
        from dates in GenDate.Array[0, 3]
        from text in GenText.Select(Value.OfText).Array[0, 1]
        from bytes in Gen.Byte.Array[1, 9].Select(Value.OfBytes).Array[0, 1]
        from json in Any("{\"a\":[1,null]}", "[[1],\"x\"]", "{}").Select(Value.OfJson).Array[0, 1]
        from one in GenFloat.Array[1].Array[0, 1]
        from many in GenFloat.Array[5].Array[0, 1]
        select MakeItem(
            id,
            [keyword, keywords, integer, integers, real, reals, boolean, booleans, date, dates, text, bytes, json],
            [one, many]);

    private readonly TemporaryFolder _folder = new();

    private static Gen<Value> GenDate
        => Gen.Long[-3_000_000_000_000_000, 3_000_000_000_000_000].Select(Value.OfDateMicroseconds);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Items_come_back_as_they_were(string name)
    {
        string path = _folder.File(name);
        GenItem.Array[0, 20].Sample(
            items =>
            {
                using (ItemWriter writer = ItemFile.Create(path, Wide))
                {
                    Array.ForEach(items, writer.Write);
                }

                Item[] back = [.. ItemFile.Read(path, new ItemOptions { Schema = Wide, Id = "id" })];
                Assert.Equal(items.Select(Describe), back.Select(Describe));
            },
            iter: 30,
            threads: 1); // All samples write the same file.
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Interactions_come_back_as_they_were(string name)
    {
        string path = _folder.File(name);
        Interaction[] timed =
        [
            new("ann", 3, 1_381_945_744_123_456, 0.25f), new("bo|b, \"x\"", long.MinValue, -1, -1e30f),
        ];
        Interaction[] untimed = [new(1, Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"))];
        Assert.Equal(2, InteractionFile.Write(path, timed));
        Assert.Equal(timed, InteractionFile.Read(path));
        Assert.Equal(1, InteractionFile.Write(path, untimed));
        Assert.Equal(untimed, InteractionFile.Read(path, new InteractionOptions { ItemIdKind = IdKind.Guid }));
        Assert.Equal(0, InteractionFile.Write(path, []));
        Assert.Empty(InteractionFile.Read(path, new InteractionOptions { User = "user", Item = "item" }));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Hits_are_written_with_their_columns(string name)
    {
        string path = _folder.File(name);
        HitRow[] hits = [new("q1", 1, "x", 0.5f), new("q1", 2, "y", -0.25f)];
        Assert.Equal(2, HitFile.Write(path, IdKind.Text, hits));
        var schema = new Schema
        {
            IdKind = IdKind.Text,
            Fields =
            [
                new FieldSchema("query", FieldType.Keyword, Stored),
                new FieldSchema("rank", FieldType.Integer, Stored),
                new FieldSchema("score", FieldType.Float, Stored),
            ],
        };
        IEnumerable<HitRow> back = ItemFile.Read(path, new ItemOptions { Schema = schema, Id = "item" })
            .Select(row => new HitRow(
                row.Fields["query"][0].Text,
                (int)row.Fields["rank"][0].Integer,
                row.Id,
                (float)row.Fields["score"][0].Float));
        Assert.Equal(hits, back);
    }

    [Fact]
    public void Parquet_takes_more_rows_than_one_group()
    {
        string path = _folder.File("a.parquet");
        const int rows = 150_000;
        InteractionFile.Write(path, Enumerable.Range(0, rows).Select(row => new Interaction(row % 1_000, row, row)));
        Assert.Equal(
            Enumerable.Range(0, rows), InteractionFile.Read(path).Select(one => (int)one.Item.Integer));
        Assert.Equal(rows - 1, InteractionFile.Read(path).Last().TimeMicroseconds);
    }

    [Fact]
    public void What_a_writer_cannot_hold_is_refused_before_the_row_begins()
    {
        string path = _folder.File("a.jsonl");
        using (ItemWriter writer = ItemFile.Create(path, Wide))
        {
            AssertRefused("Item p, \"keyword\": expected Keyword; found Integer.", [1L]);
            AssertRefused("Item p, \"keyword\": expected one value; found 2 values.", ["a", "b"]);

            void AssertRefused(string message, Value[] keywords)
            {
                var fields = new Dictionary<string, IReadOnlyList<Value>> { ["keyword"] = keywords };
                ArgumentException error = Assert.Throws<ArgumentException>(
                    () => writer.Write(new Item { Id = "p", Fields = fields }));
                Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(0, new FileInfo(path).Length);
        using ItemWriter csv = ItemFile.Create(_folder.File("a.csv"), Wide);
        DataFormatException split = Assert.Throws<DataFormatException>(() => csv.Write(
            new Item { Id = "p", Fields = new Dictionary<string, IReadOnlyList<Value>> { ["keywords"] = ["a|b"] } }));
        Assert.EndsWith(
            "expected values without '|' in a multi-valued column (write .jsonl or .parquet instead); found \"a|b\".",
            split.Message,
            StringComparison.Ordinal);
    }

    public static TheoryData<string> Files() => [.. Names];

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(place => values[place]);

    private static Item MakeItem(string id, Value[][] fields, float[][][] embeddings) => new()
    {
        Id = id,
        Fields = Wide.Fields.Zip(fields).Where(pair => pair.Second.Length > 0)
            .ToImmutableDictionary(pair => pair.First.Name, pair => (IReadOnlyList<Value>)pair.Second),
        Embeddings = Wide.Embeddings.Zip(embeddings).Where(pair => pair.Second.Length > 0)
            .ToImmutableDictionary(pair => pair.First.Name, pair => (ReadOnlyMemory<float>)pair.Second[0]),
    };

    private static string Describe(Item item) => string.Join(
        '\n',
        [
            $"{item.Id}",
            .. Wide.Fields.Select(
                field => $"{field.Name}={string.Join('|', item.Fields.GetValueOrDefault(field.Name) ?? [])}"),
            .. Wide.Embeddings.Select(one => string.Join(
                '|', item.Embeddings.GetValueOrDefault(one.Name).ToArray().Select(BitConverter.SingleToInt32Bits))),
        ]);
}
