using Linr.Index;
using Linr.Index.ModelFiles;

namespace Linr.Bench.Load;

/// <summary>A model file of random items, each with a vector, a keyword and a number.</summary>
internal static class RandomModel
{
    private const int BatchItems = 4_096;
    private const int Groups = 100;

    public static void Write(string path, int items, int dim, int seed)
    {
        var random = new Random(seed);
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new FieldSchema("group", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("price", FieldType.Integer, FieldRoles.Attribute),
            ],
            Embeddings = [new EmbeddingSchema("item", dim, Metric.Dot)],
        };
        using var builder = new ItemTableBuilder(schema);
        foreach (int[] ids in Enumerable.Range(0, items).Chunk(BatchItems))
        {
            builder.Append((IReadOnlyCollection<Item>)[.. ids.Select(id => Make(id, dim, random))]);
        }

        using ItemTable table = builder.Build();
        ModelWriter.Write(path, new ModelContents { Items = table, Version = "random" });
    }

    public static float[] RandomVector(int dim, Random random)
        => [.. Enumerable.Range(0, dim).Select(_ => (random.NextSingle() * 2) - 1)];

    private static Item Make(int id, int dim, Random random) => new()
    {
        Id = id,
        Fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["group"] = [Value.OfKeyword($"g{random.Next(Groups)}")], ["price"] = [Value.OfInteger(random.Next(1_000))],
        },
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["item"] = RandomVector(dim, random) },
    };
}
