using Linr.Engine;
using Linr.Index;

namespace Linr.Tests.Engine;

/// <summary>Random items with two embeddings and a few attributes, and what a naive search over them gives.</summary>
internal sealed class RandomItems
{
    public const int Dim = 12;
    public const int SideDim = 5;

    private static readonly string[] s_colours = ["red", "green", "blue"];

    public RandomItems(
        int count,
        int seed,
        Metric metric = Metric.Cosine,
        EmbeddingCodes? codes = null,
        RowType rowType = RowType.Float32,
        RowType? copy = null)
    {
        var random = new Random(seed);
        Schema = new Schema
        {
            IdKind = IdKind.Text,
            Fields =
            [
                new FieldSchema("colour", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("size", FieldType.Integer, FieldRoles.Attribute),
                new FieldSchema("title", FieldType.Text, FieldRoles.Stored),
            ],
            Embeddings =
            [
                new EmbeddingSchema("main", Dim, metric, rowType, codes, copy),
                new EmbeddingSchema("side", SideDim, Metric.Dot),
            ],
        };
        Items = [.. Enumerable.Range(0, count).Select(i => MakeItem(i, random))];
    }

    public Schema Schema { get; }

    public IReadOnlyList<Item> Items { get; }

    public static float[] RandomVector(Random random, int dim)
        => [.. Enumerable.Range(0, dim).Select(_ => (random.NextSingle() * 2) - 1)];

    public ItemTable ToTable()
    {
        using var builder = new ItemTableBuilder(Schema);
        builder.Append((IReadOnlyCollection<Item>)Items);
        return builder.Build();
    }

    public Retriever ToRetriever(int threads = 1)
        => Retriever.Over(ToTable(), "test", new RetrieverOptions { Threads = threads });

    /// <summary>All items that pass, best first: score descending, then key, then id.</summary>
    public List<Hit> Rank(IReadOnlyList<EmbeddingQuery> queries, Func<Item, bool> passes)
        => [.. Items.Where(passes)
            .Select(item => new Hit(item.Id, Score(item, queries)))
            .OrderByDescending(hit => hit.Score)
            .ThenBy(hit => hit.Id)];

    public static string? Colour(Item item)
        => item.Fields.TryGetValue("colour", out IReadOnlyList<Value>? values) ? values[0].Text : null;

    public static long Size(Item item) => item.Fields["size"][0].Integer;

    private static float Score(Item item, IReadOnlyList<EmbeddingQuery> queries)
    {
        double sum = 0;
        foreach (EmbeddingQuery query in queries)
        {
            double dot = Dot(query.Vector.Span, item.Embeddings[query.Name].Span);
            double score = query.Name == "main"
                ? dot / (Math.Sqrt(Dot(query.Vector.Span, query.Vector.Span)) * Math.Sqrt(
                    Dot(item.Embeddings["main"].Span, item.Embeddings["main"].Span)))
                : dot;
            sum += query.Weight * score;
        }

        return (float)sum;
    }

    // The order of summation that CanonicalScore documents: 8 lanes, added pairwise.
    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var lanes = new double[8];
        for (int i = 0; i < left.Length; i++)
        {
            lanes[i % 8] += (double)left[i] * right[i];
        }

        return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    }

    private static Item MakeItem(int i, Random random)
    {
        var fields = new Dictionary<string, IReadOnlyList<Value>>
        {
            ["size"] = [Value.OfInteger(random.Next(100))],
            ["title"] = [Value.OfText($"Item number {i}")],
        };
        if (random.Next(5) > 0)
        {
            fields["colour"] = [Value.OfKeyword(s_colours[random.Next(s_colours.Length)])];
        }

        return new Item
        {
            Id = $"item-{i}",
            Fields = fields,
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
            {
                ["main"] = RandomVector(random, Dim),
                ["side"] = RandomVector(random, SideDim),
            },
        };
    }
}
