using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>Scores are the values of the distance function, thresholds too, of all index kinds.</summary>
public sealed class DistanceTests
{
    private static readonly float[][] s_vectors = [[1, 0, 0, 0], [-1, 0, 0, 0], [0, -1, -1, 0], [2, 2, 0, 0]];

    [Theory]
    [InlineData(DistanceFunction.CosineSimilarity, new[] { 0, 3, 2, 1 }, new[] { 1, 0.7071, 0, -1 })]
    [InlineData(null, new[] { 0, 3, 2, 1 }, new[] { 1, 0.7071, 0, -1 })]
    [InlineData(DistanceFunction.CosineDistance, new[] { 0, 3, 2, 1 }, new[] { 0, 0.2929, 1, 2 })]
    [InlineData(DistanceFunction.DotProductSimilarity, new[] { 3, 0, 2, 1 }, new double[] { 2, 1, 0, -1 })]
    [InlineData(DistanceFunction.NegativeDotProductSimilarity, new[] { 3, 0, 2, 1 }, new double[] { -2, -1, 0, 1 })]
    [InlineData(DistanceFunction.EuclideanDistance, new[] { 0, 2, 1, 3 }, new[] { 0, 1.7321, 2, 2.2361 })]
    [InlineData(DistanceFunction.EuclideanSquaredDistance, new[] { 0, 2, 1, 3 }, new double[] { 0, 3, 4, 5 })]
    public async Task Scores_and_their_order_are_those_of_the_function(string? function, int[] order, double[] scores)
    {
        foreach (string? kind in (string?[])[null, IndexKind.Flat, IndexKind.QuantizedFlat])
        {
            using var place = new Place(isDurable: false);
            var collection = place.Store.GetDynamicCollection("vectors", Definition(function, kind));
            await collection.EnsureCollectionExistsAsync();
            await collection.UpsertAsync(s_vectors.Select((vector, number) => new Dictionary<string, object?>
            {
                ["Key"] = (long)number, ["Vector"] = vector,
            }));
            var found = await collection.SearchAsync(s_vectors[0], 9, new() { IncludeVectors = true }).ToListAsync();
            Assert.Equal(order, found.Select(one => (int)(long)one.Record["Key"]!));
            Assert.Equal(scores, found.Select(one => Math.Round(one.Score!.Value, 4)));
            Assert.All(found, one => Assert.Equal(s_vectors[(int)(long)one.Record["Key"]!], one.Record["Vector"]));
            for (int reached = 1; reached <= scores.Length; reached++)
            {
                // A threshold is reached by what is equal to it.
                Assert.Equal(reached, await collection.SearchAsync(
                    s_vectors[0], 9, new() { ScoreThreshold = found[reached - 1].Score }).CountAsync());
            }
        }
    }

    [Theory]
    [InlineData(DistanceFunction.HammingDistance, null, "distance functions")]
    [InlineData(DistanceFunction.ManhattanDistance, null, "distance functions")]
    [InlineData(null, IndexKind.Hnsw, "index kind")]
    [InlineData(null, IndexKind.DiskAnn, "index kind")]
    public void Others_are_refused_by_name(string? function, string? kind, string what)
    {
        using var place = new Place(isDurable: false);
        var error = Assert.Throws<NotSupportedException>(
            () => place.Store.GetDynamicCollection("vectors", Definition(function, kind)));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains((function ?? kind)!, error.Message, StringComparison.Ordinal);
    }

    private static VectorStoreCollectionDefinition Definition(string? function, string? kind) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Key", typeof(long)),
            new VectorStoreVectorProperty("Vector", typeof(float[]), 4) { DistanceFunction = function, IndexKind = kind },
        ],
    };
}
