using System.Runtime.Intrinsics;
using Linr.Kernels.Similarities;

namespace Linr.Kernels.Tests.SimilarityScan;

/// <summary>Logits of tiles: near the reference, and the same bits at every vector width.</summary>
public sealed unsafe class SimilarityScoreTests
{
    private const int Rows = SimilarityTile.Rows;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(50, 10)]
    [InlineData(64, 4)]
    [InlineData(257, 17)]
    public void A_hadamard_network_is_close_to_its_reference(int width, int hidden)
    {
        var random = new Random(width);
        HadamardMlp network = RandomSimilarity.Hadamard(random, width, hidden);
        float[] query = RandomSimilarity.Weights(random, width, 1);
        Check(network, query, RandomSimilarity.Weights(random, width * Rows, 1));
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 3, 5, 7)]
    [InlineData(8, 4, 64, 128)]
    [InlineData(5, 2, 33, 3)]
    public void A_mixture_is_close_to_its_reference(int queryComponents, int itemComponents, int dim, int hidden)
    {
        var random = new Random(dim);
        var shape = new MixtureShape(queryComponents, itemComponents, dim, 0.05f);
        MixtureOfLogits mixture = RandomSimilarity.Mixture(random, shape, hidden, gate: 0.5f);
        float[] query = RandomSimilarity.Weights(random, mixture.QueryWidth, 1);
        RandomSimilarity.Normalise(query.AsSpan(0, queryComponents * dim), dim);
        float[] tile = RandomSimilarity.Weights(random, mixture.ItemWidths.Sum() * Rows, 1);
        for (int row = 0; row < Rows; row++)
        {
            float[] item = Item(tile, row);
            RandomSimilarity.Normalise(item.AsSpan(0, itemComponents * dim), dim);
            for (int d = 0; d < item.Length; d++)
            {
                tile[(d * Rows) + row] = item[d];
            }
        }

        Check(mixture, query, tile);

        // A mixture is no larger than its largest logit, so that nothing is lost where a cut leaves rows out.
        float[] all = Score(mixture, query, tile, float.NegativeInfinity, width: 0);
        float cut = all.Order().ElementAt(Rows * 3 / 4);
        float[] cutOff = Score(mixture, query, tile, cut, width: 0);
        for (int row = 0; row < Rows; row++)
        {
            Assert.True(cutOff[row] == all[row] || (float.IsNegativeInfinity(cutOff[row]) && all[row] < cut));
        }
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new HadamardMlp(new float[7], new float[2], new float[2], 0));
        Assert.Throws<ArgumentException>(() => new HadamardMlp(new float[6], new float[2], new float[3], 0));
        Assert.Throws<ArgumentException>(() => new HadamardMlp([], [], [], 0));
        Assert.Throws<ArgumentException>(() => new HadamardMlp([1, float.NaN], [1], [1], 0));
        Assert.Throws<ArgumentException>(() => new MixtureOfLogits(new MixtureShape(1, 1, 4, 0), [1], [1], [1], [1]));
        Assert.Throws<ArgumentException>(() => new MixtureOfLogits(new MixtureShape(17, 17, 4, 1), [1], [1], [1], [1]));
        Assert.Throws<ArgumentException>(
            () => new MixtureOfLogits(new MixtureShape(1, 2, 4, 1), [1, 2], [1], [1, 2], [1]));
    }

    private static void Check(LearnedSimilarity similarity, float[] query, float[] tile)
    {
        float[] found = Score(similarity, query, tile, float.NegativeInfinity, width: 0);
        for (int row = 0; row < Rows; row++)
        {
            double expected = similarity.Reference(query, Item(tile, row));
            double bound = 1e-5 * (1 + Math.Abs(expected));
            Assert.InRange(found[row], expected - bound, expected + bound);
        }

        foreach (int width in (int[])[128, 256, 512])
        {
            Assert.Equal(found, Score(similarity, query, tile, float.NegativeInfinity, width));
        }
    }

    private static float[] Item(float[] tile, int row)
        => [.. Enumerable.Range(0, tile.Length / Rows).Select(d => tile[(d * Rows) + row])];

    private static float[] Score(LearnedSimilarity similarity, float[] query, float[] tile, float cut, int width)
    {
        var packed = new float[similarity.PackedFloats];
        similarity.Pack(query, packed);
        var scratch = new float[similarity.ScratchFloats];
        var logits = new float[Rows];
        fixed (float* p = packed, t = tile, s = scratch, l = logits)
        {
            switch (similarity, width)
            {
                case (HadamardMlp one, 128):
                    one.Score<FusedLanes128, Vector128<float>>(p, t, s, l);
                    break;
                case (HadamardMlp one, 256):
                    one.Score<FusedLanes256, Vector256<float>>(p, t, s, l);
                    break;
                case (HadamardMlp one, 512):
                    one.Score<FusedLanes512, Vector512<float>>(p, t, s, l);
                    break;
                case (MixtureOfLogits one, 128):
                    one.Score<FusedLanes128, Vector128<float>>(p, t, cut, s, l);
                    break;
                case (MixtureOfLogits one, 256):
                    one.Score<FusedLanes256, Vector256<float>>(p, t, cut, s, l);
                    break;
                case (MixtureOfLogits one, 512):
                    one.Score<FusedLanes512, Vector512<float>>(p, t, cut, s, l);
                    break;
                default:
                    similarity.Score(p, t, cut, s, l);
                    break;
            }
        }

        return logits;
    }
}
