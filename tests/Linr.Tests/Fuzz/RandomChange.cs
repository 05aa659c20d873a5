namespace Linr.Tests.Fuzz;

/// <summary>Random changes of items, that fit a schema or any.</summary>
internal static class RandomChange
{
    private static readonly string[] s_texts =
        ["", "a", "it's", "\"\\\n", "\u00e9\u6f22", "\ud83d\ude00", "2026-01-02", "true", "5"];

    /// <summary>A change with fields and embeddings of a schema, or some that no schema has.</summary>
    public static ItemChange Of(Random random, Schema? schema = null)
    {
        Item item = new()
        {
            Id = Id(random, schema?.IdKind ?? (IdKind)random.Next(3)),
            Fields = (schema?.Fields.ToArray() ?? [.. Enumerable.Range(0, random.Next(5)).Select(i => Field(random, i))])
                .Where(_ => random.Next(3) > 0)
                .ToDictionary(field => field.Name, field => (IReadOnlyList<Value>)
                [
                    .. Enumerable.Range(0, random.Next(field.MultiValued ? 4 : 2)).Select(_ => Value(random, field.Type)),
                ]),
            Embeddings = (schema?.Embeddings.ToArray() ?? AnyEmbeddings(random))
                .ToDictionary(one => one.Name, one => (ReadOnlyMemory<float>)
                    Enumerable.Range(0, one.Dim).Select(_ => (random.NextSingle() * 4) - 2).ToArray()),
        };
        long? version = random.Next(2) == 0 ? null : random.NextInt64();
        return random.Next(4) switch
        {
            0 => ItemChange.Delete(item.Id, version),
            1 => ItemChange.Update(item, version),
            _ => ItemChange.Upsert(item, version),
        };
    }

    private static EmbeddingSchema[] AnyEmbeddings(Random random)
        => [.. Enumerable.Range(0, random.Next(3)).Select(i => new EmbeddingSchema($"e{i}", random.Next(5)))];

    private static FieldSchema Field(Random random, int number)
        => new($"f{number}", (FieldType)random.Next(Enum.GetValues<FieldType>().Length), FieldRoles.Stored, MultiValued: true);

    private static ItemId Id(Random random, IdKind kind) => kind switch
    {
        IdKind.Integer => new ItemId(random.NextInt64(long.MinValue, long.MaxValue)),
        IdKind.Guid => new ItemId(new Guid(random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
        _ => new ItemId($"item {random.Next(9)}"),
    };

    private static Value Value(Random random, FieldType type)
    {
        string text = s_texts[random.Next(s_texts.Length)];
        return type switch
        {
            FieldType.Integer => Linr.Value.OfInteger(random.NextInt64(long.MinValue, long.MaxValue)),
            FieldType.Float => Linr.Value.OfFloat(random.NextDouble() * Math.Pow(10, random.Next(-300, 300))),
            FieldType.Boolean => Linr.Value.OfBoolean(random.Next(2) == 0),
            FieldType.Date => Linr.Value.OfDateMicroseconds(random.NextInt64(-62_135_596_800_000_000, 253_402_300_799_999_999)),
            FieldType.Bytes => Linr.Value.OfBytes(new byte[random.Next(5)]),
            FieldType.Keyword => Linr.Value.OfKeyword(text),
            FieldType.Text => Linr.Value.OfText(text),
            _ => Linr.Value.OfJson("{\"a\":[1,null]}"),
        };
    }
}
