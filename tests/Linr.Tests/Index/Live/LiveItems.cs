using Linr.Index;
using Linr.Index.Embeddings;

namespace Linr.Tests.Index.Live;

/// <summary>
/// Items all of whose parts follow from one number, so that a torn one is seen; with fields of every kind and rows of
/// several.
/// </summary>
internal static class LiveItems
{
    public static Schema Schema(IdKind kind) => new()
    {
        IdKind = kind,
        Fields =
        [
            new FieldSchema("word", FieldType.Keyword, FieldRoles.Attribute),
            new FieldSchema("words", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
            new FieldSchema("number", FieldType.Integer, FieldRoles.Attribute),
            new FieldSchema("numbers", FieldType.Float, FieldRoles.Attribute, MultiValued: true),
            new FieldSchema("flag", FieldType.Boolean, FieldRoles.Attribute),
            new FieldSchema("text", FieldType.Text, FieldRoles.Stored),
        ],
        Embeddings =
        [
            new EmbeddingSchema("exact", 4, Metric.Dot),
            new EmbeddingSchema("small", 8, Metric.Cosine, RowType.Int8, new EmbeddingCodes(64)),
            new EmbeddingSchema("copied", 4, Metric.Dot, RowType.Float32, null, RowType.Float16),
        ],
    };

    public static ItemId Id(IdKind kind, int number) => kind switch
    {
        IdKind.Integer => new ItemId(number),
        IdKind.Guid => new ItemId(new Guid(number, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8)),
        _ => new ItemId($"item {number}"),
    };

    /// <summary>An item of a number; a third of them lack some fields.</summary>
    public static Item Of(ItemId id, int number) => new()
    {
        Id = id, Fields = Fields(number), Embeddings = Embeddings(number),
    };

    public static Dictionary<string, IReadOnlyList<Value>> Fields(int number)
    {
        var fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["word"] = [Value.OfKeyword($"word {number % 97}")],
            ["words"] = [.. Enumerable.Range(number, number % 5).Select(one => Value.OfKeyword($"words {one % 31}"))],
            ["numbers"] = [.. Enumerable.Range(number, number % 4).Select(one => Value.OfFloat(one / 2.0))],
            ["text"] = [Value.OfText(new string((char)('a' + (number % 26)), number % 40))],
        };
        if (number % 3 != 0)
        {
            fields["number"] = [Value.OfInteger(number)];
            fields["flag"] = [Value.OfBoolean(number % 2 == 0)];
        }

        return fields;
    }

    public static Dictionary<string, ReadOnlyMemory<float>> Embeddings(int number) => new()
    {
        ["exact"] = Embedding(number, 4), ["small"] = Embedding(number, 8), ["copied"] = Embedding(number, 4),
    };

    public static float[] Embedding(int number, int dim)
        => [.. Enumerable.Range(0, dim).Select(place => (((number * 31) + (place * 17)) % 101) - 50.5f)];

    /// <summary>Asserts that a row has what an item has.</summary>
    public static void AssertSame(Item expected, ItemTable table, uint row)
    {
        Item found = table.ReadItem(row);
        Assert.Equal(expected.Id, found.Id);
        foreach (FieldSchema field in table.Schema.Fields)
        {
            IReadOnlyList<Value> wanted = expected.Fields.GetValueOrDefault(field.Name) ?? [];
            Assert.Equal(wanted, found.Fields.GetValueOrDefault(field.Name) ?? []);
        }

        Assert.Equal(expected.Embeddings["exact"].ToArray(), found.Embeddings["exact"].ToArray());
        Assert.Equal(expected.Embeddings["copied"].ToArray(), found.Embeddings["copied"].ToArray());
        float[] given = expected.Embeddings["small"].ToArray();
        float[] read = found.Embeddings["small"].ToArray();
        double norm = Math.Sqrt(given.Sum(value => (double)value * value));
        Assert.All(given.Zip(read), pair => Assert.InRange(pair.Second, pair.First - (norm / 100), pair.First + (norm / 100)));
        foreach (EmbeddingColumn column in table.Embeddings)
        {
            AssertBounded(column, row);
        }

        ulong[] code = new ulong[1];
        var small = table.FindEmbedding("small")!;
        float[] stored = new float[8];
        small.ReadStored(row, stored);
        small.Codes!.Coder.Encode(stored, code);
        Assert.Equal(code, small.Codes.Read(row).ToArray());
    }

    /// <summary>Asserts that a scan is told norms and losses that no row is above.</summary>
    private static void AssertBounded(EmbeddingColumn column, uint row)
    {
        int block = (int)(row / Limits.BlockRows);
        float most = column.Block(block).NormMax;
        if (column.HasNorms && column.Block(block).Norms != 0)
        {
            Assert.InRange(column.NormOf(row), 0, most);
        }

        if (column.Copy is { } copy)
        {
            AssertBounded(copy.Column, row);
            float[] stored = new float[column.Schema.Dim];
            float[] copied = new float[column.Schema.Dim];
            column.ReadStored(row, stored);
            copy.Column.ReadStored(row, copied);
            Assert.InRange(RowCopy.LostOf(stored, copied, column.Schema.Metric), 0, copy.Lost[block]);
        }
    }

    public static ItemTable Build(IdKind kind, int count)
    {
        using var builder = new ItemTableBuilder(Schema(kind));
        for (int i = 0; i < count; i++)
        {
            builder.Append(Of(Id(kind, i), i));
        }

        return builder.Build();
    }
}
