using System.Numerics.Tensors;
using Linr.Index;
using Linr.Index.ModelFiles;

namespace Linr.Bench.Load;

/// <summary>
/// A model file of random items: a unit vector of halves, and the attributes of LiNR's catalogue in their numbers.
/// </summary>
internal static class RandomModel
{
    public const int GeoCount = 200;
    public const int CompanyCount = 100_000;

    /// <summary>Geos that pass LiNR's first clause: 11 % of them.</summary>
    public const int GeosPassed = 22;

    private const string Embedding = "item";
    private const int PieceItems = 1 << 18;

    public static void Write(string path, int items, int dim, int seed)
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields =
            [
                new FieldSchema("geo", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("company", FieldType.Keyword, FieldRoles.Attribute),
            ],
            Embeddings = [new EmbeddingSchema(Embedding, dim, Metric.Dot, RowType.Float16)],
        };
        IReadOnlyList<Value>[] geos = Names(GeoCount, Geo);
        IReadOnlyList<Value>[] companies = Names(CompanyCount, Company);
        using var builder = new ItemTableBuilder(schema);
        var ids = new long[Math.Min(PieceItems, items)];
        var rows = new float[ids.Length * (long)dim];
        for (int first = 0; first < items; first += ids.Length)
        {
            int count = Math.Min(ids.Length, items - first);
            int start = first;
            Parallel.For(0, count, i =>
            {
                ids[i] = start + i;
                Fill(rows.AsSpan(i * dim, dim), new Random(HashCode.Combine(seed, start + i)));
            });
            builder.AppendIds(ids.AsSpan(0, count));
            builder.SetEmbeddings(Embedding, (uint)first, rows.AsSpan(0, count * dim));
            var random = new Random(HashCode.Combine(seed, first, items));
            for (int i = 0; i < count; i++)
            {
                builder.SetValues("geo", (uint)(first + i), geos[random.Next(GeoCount)]);
                builder.SetValues("company", (uint)(first + i), companies[random.Next(CompanyCount)]);
            }
        }

        using ItemTable table = builder.Build();
        ModelWriter.Write(path, new ModelContents { Items = table, Version = "random" });
    }

    public static float[] RandomVector(int dim, Random random)
    {
        var vector = new float[dim];
        Fill(vector, random);
        return vector;
    }

    /// <summary>
    /// LiNR's two clauses, drawn for one search: some of the geos, which 11 % of the items have, and not one company.
    /// </summary>
    public static string Clauses(Random random)
    {
        int[] geos = [.. Enumerable.Range(0, GeoCount)];
        random.Shuffle(geos);
        string some = string.Join(", ", geos.Take(GeosPassed).Select(geo => $"'{Geo(geo)}'"));
        return $"geo in ({some}) and company != '{Company(random.Next(CompanyCount))}'";
    }

    private static string Geo(int geo) => $"g{geo}";

    private static string Company(int company) => $"c{company}";

    private static IReadOnlyList<Value>[] Names(int count, Func<int, string> name)
        => [.. Enumerable.Range(0, count).Select(i => (Value[])[Value.OfKeyword(name(i))])];

    private static void Fill(Span<float> vector, Random random)
    {
        foreach (ref float element in vector)
        {
            element = (random.NextSingle() * 2) - 1;
        }

        float norm = TensorPrimitives.Norm<float>(vector);
        TensorPrimitives.Divide(vector, norm, vector);
    }
}
