using Linr.Index;

namespace Linr.Tests.Engine.Quantization;

/// <summary>Items in groups: an embedding is a random centre's and some noise.</summary>
internal static class ClusteredItems
{
    public const int Dim = 24;
    private const int Centres = 20;
    private const float Noise = 0.6f;

    /// <summary>A table of so many, with an embedding "main", and another one "side" of two components.</summary>
    public static ItemTable Table(int count, int seed = 3)
    {
        var random = new Random(seed);
        float[][] centres = [.. Enumerable.Range(0, Centres).Select(_ => RandomItems.RandomVector(random, Dim))];
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Embeddings = [new EmbeddingSchema("main", Dim), new EmbeddingSchema("side", 2, Metric.Dot)],
        });
        builder.Append((IReadOnlyCollection<Item>)[.. Enumerable.Range(0, count).Select(i => new Item
        {
            Id = i,
            Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
            {
                ["main"] = Near(centres[random.Next(Centres)], random),
                ["side"] = RandomItems.RandomVector(random, 2),
            },
        })]);
        return builder.Build();
    }

    private static float[] Near(float[] centre, Random random)
        => [.. centre.Zip(RandomItems.RandomVector(random, Dim), (value, noise) => value + (Noise * noise))];
}
