using Linr.Training.Centroids;
using Linr.Training.Data;

namespace Linr.Training.Tests.Centroids;

public sealed class KMeansTests
{
    private const int Dim = 6;
    private const int Groups = 5;

    /// <summary>Rows around as many directions as there are groups, and two rows of zeros.</summary>
    private static float[] Rows(int each, float noise = 0.15f)
    {
        var random = new SplitMix(4);
        float[] rows = new float[((Groups * each) + 2) * Dim];
        for (int row = 0; row < Groups * each; row++)
        {
            for (int d = 0; d < Dim; d++)
            {
                float value = (d == row % Groups ? 1 : 0) + (noise * (float)((random.NextDouble() * 2) - 1));
                rows[(row * Dim) + d] = value * (1 + (row % 7));
            }
        }

        return rows;
    }

    [Fact]
    public void It_finds_planted_directions_and_the_inertia_falls()
    {
        Libtorch.Require();
        float[] rows = Rows(40);
        KMeansResult found = KMeans.Run(rows, Dim, new KMeansOptions { Count = Groups, Seed = 3 });
        Assert.All(found.Inertia.Zip(found.Inertia.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1e-4));
        Assert.InRange(found.Inertia[^1], 0, 40 * Groups * 0.05);
        float[][] centroids = [.. found.Centroids.Chunk(Dim)];
        Assert.Equal(Groups, centroids.Length);
        Assert.All(centroids, centroid => Assert.Equal(1, centroid.Sum(value => value * value), 1e-5f));
        Assert.Equal(
            Enumerable.Range(0, Groups), centroids.Select(one => Array.IndexOf(one, one.Max())).Order());
    }

    [Fact]
    public void Mini_batches_come_close()
    {
        Libtorch.Require();
        float[] rows = Rows(400);
        KMeansResult whole = KMeans.Run(rows, Dim, new KMeansOptions { Count = Groups, Seed = 3 });
        KMeansResult parts = KMeans.Run(rows, Dim, new KMeansOptions { Count = Groups, Seed = 3, BatchRows = 64, Passes = 200 });
        Assert.InRange(parts.Inertia[^1], whole.Inertia[^1] - 1e-3, whole.Inertia[^1] * 1.1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public void Equal_seeds_give_equal_bits(int batchRows)
    {
        Libtorch.Require();
        float[] rows = Rows(50);
        var options = new KMeansOptions { Count = 12, Seed = 9, BatchRows = batchRows };
        float[] first = KMeans.Run(rows, Dim, options).Centroids;
        Assert.Equal(first, KMeans.Run(rows, Dim, options).Centroids);
        Assert.NotEqual(first, KMeans.Run(rows, Dim, options with { Seed = 10 }).Centroids);
    }

    [Fact]
    public void There_are_no_more_centroids_than_rows_and_none_is_empty()
    {
        Libtorch.Require();

        // Three different rows of six: k-means++ has to take equal ones, of which all but one are empty at first.
        float[] rows = [1, 0, 1, 0, 0, 1, 0, 1, -1, 0, -1, 0];
        KMeansResult found = KMeans.Run(rows, 2, new KMeansOptions { Count = 10, Seed = 1 });
        Assert.Equal(6 * 2, found.Centroids.Length);
        Assert.DoesNotContain(float.NaN, found.Centroids);
        Assert.All(found.Centroids.Chunk(2), one => Assert.Equal(1, (one[0] * one[0]) + (one[1] * one[1]), 1e-5f));
        Assert.Equal(0, found.Inertia[^1], 1e-5);
    }

    [Fact]
    public void Wrong_input_is_named()
    {
        Libtorch.Require();
        Assert.Contains(
            "Expected a row that is not zero",
            Assert.Throws<ArgumentException>(() => KMeans.Run(new float[8], 2, new KMeansOptions())).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => KMeans.Run([1, 2], 2, new KMeansOptions { Count = 0 }));
    }
}
