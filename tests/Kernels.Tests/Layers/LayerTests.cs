using Linr.Kernels.Layers;
using Linr.Memory;

namespace Linr.Kernels.Tests.Layers;

public sealed class LayerTests
{
    public static TheoryData<int> Widths => [1, 2, 7, 8, 9, 31, 64, 65, 257];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Linear_equals_its_reference(int width)
    {
        const int rows = 5;
        const int outWidth = 13;
        float[] input = Random(rows * width, 1);
        float[] weight = Random(outWidth * width, 2);
        float[] bias = Random(outWidth, 3);
        foreach (float[] some in (float[][])[bias, []])
        {
            float[] expected = new float[rows * outWidth];
            float[] found = new float[rows * outWidth];
            Linear.Reference(input, weight, some, outWidth, expected);
            Linear.Run(input, weight, some, outWidth, found);
            AssertClose(expected, found, 1e-5 * Math.Sqrt(width));
        }
    }

    [Fact]
    public void Linear_refuses_lengths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => Linear.Run(new float[3], new float[4], [], 2, new float[2]));
        Assert.Throws<ArgumentException>(() => Linear.Run(new float[2], new float[4], new float[1], 2, new float[2]));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_closest_centroid_equals_its_reference(int width)
    {
        const int rows = 300;
        float[] values = Random(rows * width, 5);
        float[] centroids = Random(40 * width, 6);
        int[] expected = new int[rows];
        int[] found = new int[rows];
        ClosestCentroid.Reference(values, centroids, width, expected);
        ClosestCentroid.Run(values, centroids, width, found);

        // Centroids that are as near as roundings may stand for each other.
        for (int row = 0; row < rows; row++)
        {
            Assert.Equal(Cosine(row, expected[row]), Cosine(row, found[row]), 1e-6);
        }

        double Cosine(int row, int centroid)
        {
            float[] one = values[(row * width)..((row + 1) * width)];
            float[] other = centroids[(centroid * width)..((centroid + 1) * width)];
            return one.Zip(other, (left, right) => (double)left * right).Sum()
                / Math.Sqrt(other.Sum(value => (double)value * value)) / Math.Sqrt(one.Sum(value => (double)value * value));
        }
    }

    [Fact]
    public void Of_equally_close_centroids_the_first_is_closest()
    {
        float[] centroids = [0, 0, 2, 0, 1, 0, 0, 3, 0, 1];
        int[] found = [-1, -1, -1, -1];
        ClosestCentroid.Run([5, 0, 0, 7, 0, 0, -1, -1], centroids, 2, found);

        // A centroid of zeros has cosine 0 to all.
        Assert.Equal([1, 3, 0, 0], found);
        ClosestCentroid.Reference([5, 0, 0, 7, 0, 0, -1, -1], centroids, 2, found);
        Assert.Equal([1, 3, 0, 0], found);
        Assert.Throws<ArgumentException>(() => ClosestCentroid.Run(new float[3], centroids, 2, new int[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClosestCentroid.Run(new float[2], [], 2, new int[1]));
    }

    [Fact]
    public void Activations_equal_their_references()
    {
        float[] inputs = [.. Enumerable.Range(-1_000, 2_001).Select(step => step / 100f), 0f, -0f, 40f, -40f];
        Check(Activation.Relu, Activation.ReluReference);
        Check(Activation.Gelu, Activation.GeluReference);
        Check(Activation.Silu, Activation.SiluReference);
        Check(Activation.Tanh, Activation.TanhReference);

        void Check(Action<Span<float>> run, Func<float, float> reference)
        {
            float[] found = [.. inputs];
            run(found);
            AssertClose(Array.ConvertAll(inputs, input => reference(input)), found, 2e-6);
        }
    }

    [Fact]
    public void Gelu_does_not_depend_on_where_an_element_stands()
    {
        float[] inputs = Random(19, 4);
        float[] together = [.. inputs];
        Activation.Gelu(together);
        for (int place = 0; place < inputs.Length; place++)
        {
            float[] alone = [inputs[place]];
            Activation.Gelu(alone);
            Assert.Equal(together[place], alone[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Norms_equal_their_references(int width)
    {
        float[] values = [.. Random(4 * width, 5), .. new float[width]];
        float[] expected = [.. values];
        float[] found = [.. values];
        L2Normalise.Reference(expected, width);
        L2Normalise.Run(found, width);
        AssertClose(expected, found, 1e-6);
        Assert.All(found[^width..], zero => Assert.Equal(0f, zero));

        (expected, found) = ([.. values], [.. values]);
        float[] weight = Random(width, 6);
        float[] bias = Random(width, 7);
        LayerNorm.Reference(expected, weight, bias, 1e-5);
        LayerNorm.Run(found, weight, bias, 1e-5);
        AssertClose(expected, found, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Embedding_bag_is_the_mean_of_its_rows_and_zero_when_empty(int width)
    {
        const int rows = 11;
        using var table = new NativeBuffer(rows * width * sizeof(float));
        Random(rows * width, 8).CopyTo(table.Span<float>(0, rows * width));
        int[] codes = [3, 3, 10, 0, 5];
        int[] starts = [0, 0, 3, 4, 5, 5];
        float[] expected = new float[5 * width];
        float[] found = new float[5 * width];
        EmbeddingBag.Reference(codes, starts, table.Slice<float>(), width, expected);
        EmbeddingBag.Run(codes, starts, table.Slice<float>(), width, found);
        AssertClose(expected, found, 1e-6);
        Assert.All(found[..width], zero => Assert.Equal(0f, zero));
        Assert.All(found[^width..], zero => Assert.Equal(0f, zero));
        Assert.Equal(table.Slice<float>()[0], found[2 * width]);
    }

    [Fact]
    public void Embedding_bag_refuses_a_code_that_is_no_row()
    {
        using var table = new NativeBuffer(4 * sizeof(float));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => EmbeddingBag.Run([2], [0, 1], table.Slice<float>(), 2, new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => EmbeddingBag.Run([-1], [0, 1], table.Slice<float>(), 2, new float[2]));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Attention_pool_equals_its_reference(int width)
    {
        const int heads = 3;
        int[] starts = [0, 0, 1, 6, 30];
        float[] values = Random(30 * width, 9);
        float[] query = Random(heads * width, 10);
        float[] expected = new float[4 * heads * width];
        float[] found = new float[4 * heads * width];
        AttentionPool.Reference(values, starts, query, width, expected);
        AttentionPool.Run(values, starts, query, width, new float[30], found);
        AssertClose(expected, found, 1e-5);
        Assert.All(found[..(heads * width)], zero => Assert.Equal(0f, zero));
        AssertClose(values[..width], found[(heads * width)..((heads + 1) * width)], 1e-6);
    }

    [Fact]
    public void Attention_pool_survives_scores_beyond_the_exponential()
    {
        float[] found = new float[1];
        AttentionPool.Run([1f, 2f], [0, 2], [1_000f], 1, new float[2], found);
        Assert.Equal(2f, found[0]);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Causal_attention_equals_its_reference(int part)
    {
        int[] starts = [0, 0, 1, 6, 30];
        foreach ((int heads, int distances) in (ReadOnlySpan<(int, int)>)[(1, 0), (2, 1), (3, 4), (2, 40)])
        {
            int width = heads * part;
            float[] queries = Random(30 * width, 11);
            float[] keys = Random(30 * width, 12);
            float[] values = Random(30 * heads * 3, 13);
            float[] bias = Random(heads * distances, 14);
            float[] latest =
            [
                .. new float[width], .. queries[..(2 * width)], .. queries[(6 * width)..(7 * width)],
            ];
            float[] all = Check(queries, isLatest: false);
            float[] ofLatest = Check(latest, isLatest: true);

            // The latest place sees what all of the latest rows see; an empty sequence gives zeros.
            int[] rows = [0, 1, 6];
            Assert.All(ofLatest[..(heads * 3)], zero => Assert.Equal(0f, zero));
            for (int row = 0; row < rows.Length; row++)
            {
                Assert.Equal(
                    all[(rows[row] * heads * 3)..((rows[row] + 1) * heads * 3)],
                    ofLatest[((row + 1) * heads * 3)..((row + 2) * heads * 3)]);
            }

            float[] Check(float[] asking, bool isLatest)
            {
                var input = new AttentionRows
                {
                    Queries = asking, Keys = keys, Values = values, KeyWidth = width, ValueWidth = heads * 3,
                    IsLatest = isLatest,
                };
                float[] expected = new float[(isLatest ? 4 : 30) * heads * 3];
                float[] found = new float[expected.Length];
                CausalAttention.Reference(input, starts, heads, bias, expected);
                CausalAttention.Run(input, starts, heads, bias, new float[24], found);
                AssertClose(expected, found, 1e-5);
                return found;
            }
        }
    }

    [Fact]
    public void Causal_attention_sees_no_newer_place()
    {
        const int width = 4;
        float[] rows = Random(6 * width, 15);
        float[] before = Attend(rows);
        rows.AsSpan(0, 2 * width).Fill(9f);
        Assert.Equal(before[(2 * width)..], Attend(rows)[(2 * width)..]);
        Assert.NotEqual(before[..width], Attend(rows)[..width]);

        static float[] Attend(float[] rows)
        {
            float[] output = new float[rows.Length];
            var input = new AttentionRows
            {
                Queries = rows, Keys = rows, Values = rows, KeyWidth = width, ValueWidth = width,
            };
            CausalAttention.Run(input, [0, 6], 2, [], new float[6], output);
            return output;
        }
    }

    [Fact]
    public void Causal_attention_refuses_lengths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => Attend(heads: 2, width: 3, bias: 0));
        Assert.Throws<ArgumentException>(() => Attend(heads: 2, width: 4, bias: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Attend(heads: 0, width: 4, bias: 0));
        Attend(heads: 2, width: 4, bias: 2);

        static void Attend(int heads, int width, int bias) => CausalAttention.Run(
            new AttentionRows
            {
                Queries = new float[8], Keys = new float[8], Values = new float[8], KeyWidth = width,
                ValueWidth = width,
            },
            [0, 8 / width], heads, new float[bias], new float[8], new float[8]);
    }

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    private static void AssertClose(float[] expected, float[] found, double within)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int place = 0; place < expected.Length; place++)
        {
            Assert.True(
                Math.Abs(expected[place] - found[place]) <= within * Math.Max(1, Math.Abs(expected[place])),
                $"At {place}: expected {expected[place]}; found {found[place]}.");
        }
    }
}
