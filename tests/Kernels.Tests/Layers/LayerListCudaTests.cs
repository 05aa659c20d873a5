using Linr.Cuda;
using Linr.Kernels.Layers;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests.Layers;

/// <summary>Each layer on a device against its reference in float64.</summary>
public sealed class LayerListCudaTests(CudaMachine machine) : CudaTest(machine)
{
    /// <summary>Of the sequences: none, one place, and more than a tile of a linear layer has rows.</summary>
    private static readonly int[] s_starts = [0, 0, 1, 6, 37, 107];

    public static TheoryData<int> Widths => [1, 2, 7, 31, 32, 33, 64, 65, 129];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Linear_equals_its_reference(int inWidth)
    {
        foreach ((int rows, int outWidth) in (ReadOnlySpan<(int, int)>)[(1, 1), (1, 130), (2, 65), (5, 31), (9, 13), (70, 66)])
        {
            using var list = new TestLayers(seed: inWidth);
            int input = list.Values(inWidth);
            list.Add(LayerOp.Linear, outWidth, [input], list.Floats(outWidth * inWidth), list.Floats(outWidth));
            list.Add(LayerOp.Linear, outWidth, [input], list.Floats(outWidth * inWidth));
            list.Add(LayerOp.Concat, 2 * outWidth, [1, 2]);
            AssertEqualsReference(list, rows);
        }
    }

    /// <summary>32 sums of 8 chunks at the same time, and then the others.</summary>
    [Fact]
    public void A_wide_linear_layer_equals_its_reference()
    {
        using var list = new TestLayers(seed: 3);
        list.Add(LayerOp.Linear, 200, [list.Values(700)], list.Floats(200 * 700), list.Floats(200));
        AssertEqualsReference(list, samples: 3);
    }

    [Theory]
    [InlineData(LayerOp.Relu)]
    [InlineData(LayerOp.Gelu)]
    [InlineData(LayerOp.Silu)]
    [InlineData(LayerOp.Tanh)]
    [InlineData(LayerOp.Scale)]
    public void Functions_of_a_value_equal_their_references(LayerOp op)
    {
        float[] inputs =
        [
            .. Enumerable.Range(-500, 1001).Select(step => step / 50f), 0f, -0f, 1e-6f, -1e-6f, 40f, -40f, 90f, -90f,
            1000f, -1000f,
        ];
        using var list = new TestLayers(seed: 4);
        list.Add(op, 1, [list.Values(1)], number: -2.5);
        AssertEqualsReference(list, inputs.Length, values: inputs);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Norms_equal_their_references(int width)
    {
        using var list = new TestLayers(seed: width);
        int input = list.Values(width);
        int norm = list.Add(LayerOp.LayerNorm, width, [input], list.Floats(width), list.Floats(width), 1e-5);
        int length = list.Add(LayerOp.L2Normalise, width, [input]);
        list.Add(LayerOp.Concat, 2 * width, [norm, length]);
        float[] values = list.Floats(11 * width);
        values.AsSpan(0, width).Clear();
        AssertEqualsReference(list, samples: 11, values: values);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Bags_equal_their_reference(int width)
    {
        using var list = new TestLayers(seed: width);
        list.Bag(rows: 17, width);
        AssertEqualsReference(list, samples: 40);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Layers_over_sequences_equal_their_references(int width)
    {
        foreach (int heads in (int[])[1, 3, 4, 9])
        {
            using var list = new TestLayers(seed: width, s_starts);
            int values = list.Values(width, isSequence: true);
            int bag = list.Bag(rows: 9, width, isSequence: true);
            int sum = list.Add(LayerOp.Add, width, [values, bag, values]);
            int placed = list.Add(LayerOp.Position, width, [sum], list.Floats(40 * width));
            list.Add(LayerOp.AttentionPool, heads * width, [placed], list.Floats(heads * width));
            AssertEqualsReference(list, s_starts.Length - 1);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Causal_attention_equals_its_reference(int part)
    {
        foreach (int heads in (int[])[1, 3])
        {
            int width = heads * part;
            foreach (int distances in (int[])[0, 1, 7, 90])
            {
                using var list = new TestLayers(seed: part, s_starts);
                int[] rows = [.. Enumerable.Range(0, 2).Select(_ => list.Values(width, isSequence: true))];
                int values = list.Values(heads * 5, isSequence: true);
                int latest = list.Add(LayerOp.Latest, width, [rows[0]]);
                float[] bias = list.Floats(heads * distances);
                int ofAll = list.Add(
                    LayerOp.CausalAttention, heads * 5, [rows[0], rows[1], values], bias: bias, number: heads);
                int ofLatest = list.Add(
                    LayerOp.CausalAttention, heads * 5, [latest, rows[1], values], bias: bias, number: heads);
                int lastOfAll = list.Add(LayerOp.Latest, heads * 5, [ofAll]);
                int pooled = list.Add(LayerOp.AttentionPool, heads * 5, [ofAll], list.Floats(heads * 5));
                list.Add(LayerOp.Concat, 3 * heads * 5, [ofLatest, lastOfAll, pooled]);
                AssertEqualsReference(list, s_starts.Length - 1);
            }
        }
    }

    [Fact]
    public void A_softmax_survives_scores_beyond_the_exponential()
    {
        using var list = new TestLayers(seed: 1, [0, 2]);
        list.Add(LayerOp.AttentionPool, 1, [list.Values(1, isSequence: true)], [1_000f]);
        float[] found = list.Run(Context, 1, [1f, 2f]);
        Assert.Equal(2f, found[0]);
    }

    /// <summary>What several layers read is not overwritten by those that work in place.</summary>
    [Fact]
    public void Layers_that_are_read_twice_keep_their_values()
    {
        using var list = new TestLayers(seed: 8);
        int input = list.Values(5);
        int linear = list.Add(LayerOp.Linear, 5, [input], list.Floats(25));
        int relu = list.Add(LayerOp.Relu, 5, [linear]);
        int tanh = list.Add(LayerOp.Tanh, 5, [relu]);
        int twice = list.Add(LayerOp.Add, 5, [relu, relu]);
        int scaled = list.Add(LayerOp.Scale, 5, [input], number: 3);
        int inner = list.Add(LayerOp.Concat, 15, [tanh, twice, linear]);
        list.Add(LayerOp.Concat, 30, [inner, scaled, input, linear]);
        AssertEqualsReference(list, samples: 20);
    }

    /// <summary>A row alone, in every batch, on every tile, has the same bits.</summary>
    [Fact]
    public void A_sample_has_the_same_bits_in_every_batch()
    {
        const int samples = 600;
        int[] starts = [.. Enumerable.Range(0, samples + 1).Select(sample => (sample * 7) - (sample % 5))];
        AssertSameBits(TestLayers.Tower(seed: 21, starts), samples);
        AssertSameBits(TestLayers.Transformer(seed: 25, starts), samples);
    }

    private void AssertSameBits(TestLayers list, int samples)
    {
        using TestLayers owned = list;
        using LayerListCuda cuda = list.OnDevice(Context);
        using LayerListRun run = cuda.CreateRun();
        float[] all = list.Run(run, 0, samples);
        foreach ((int first, int count) in (ReadOnlySpan<(int, int)>)[(0, 1), (17, 1), (16, 2), (15, 5), (300, 33)])
        {
            float[] found = list.Run(run, first, count);
            Assert.Equal(all[(first * cuda.Width)..((first + count) * cuda.Width)], found);
        }
    }

    [Fact]
    public void A_tower_equals_its_reference()
    {
        using TestLayers list = TestLayers.Tower(seed: 22, s_starts);
        AssertEqualsReference(list, s_starts.Length - 1);
        using TestLayers transformer = TestLayers.Transformer(seed: 26, s_starts);
        AssertEqualsReference(transformer, s_starts.Length - 1);
    }

    [Fact]
    public void A_run_that_is_used_again_allocates_nothing()
    {
        using TestLayers list = TestLayers.Tower(seed: 23, s_starts);
        using LayerListCuda cuda = list.OnDevice(Context);
        using LayerListRun run = cuda.CreateRun();
        float[] output = new float[(s_starts.Length - 1) * cuda.Width];
        list.Fill(run, 0, s_starts.Length - 1);
        run.Run(output);
        string before = CudaOwners.Describe();
        Assert.Equal(0, AllocatedBytes(() => run.Run(output)));
        Assert.Equal(before, CudaOwners.Describe());
    }

    [Fact]
    public void An_empty_batch_gives_nothing()
    {
        using TestLayers list = TestLayers.Tower(seed: 24, [0]);
        Assert.Empty(list.Run(Context, 0));
    }

    [Fact]
    public void Layers_that_do_not_fit_each_other_are_refused()
    {
        using var list = new TestLayers(seed: 5);
        int input = list.Values(4);
        foreach (CudaLayer wrong in (CudaLayer[])
        [
            new(LayerOp.Linear, 2) { Inputs = [input], Weight = list.Keep(new float[7]) },
            new(LayerOp.Linear, 2) { Inputs = [1], Weight = list.Keep(new float[8]) },
            new(LayerOp.Relu, 5) { Inputs = [input] },
            new(LayerOp.LayerNorm, 4) { Inputs = [input], Weight = list.Keep(new float[4]) },
            new(LayerOp.Concat, 7) { Inputs = [input, input] },
            new(LayerOp.AttentionPool, 4) { Inputs = [input], Weight = list.Keep(new float[4]) },
            new(LayerOp.CausalAttention, 4) { Inputs = [input, input, input], Number = 2 },
            new(LayerOp.Latest, 4) { Inputs = [input] },
            new(LayerOp.Values, 0),
            new(LayerOp.Values, 3, IsSequence: true),
        ])
        {
            Assert.Throws<ArgumentException>(() => new LayerListCuda(Context, [list.Layers[0], wrong], placesMax: 9));
        }
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_refused()
    {
        using var list = new TestLayers(seed: 6);
        int bag = list.Bag(rows: 3, width: 2);
        using LayerListCuda cuda = list.OnDevice(Context);
        using LayerListRun run = cuda.CreateRun();
        run.Begin(2, []);
        Assert.Throws<InvalidOperationException>(() => run.Run(new float[4]));
        Assert.Throws<ArgumentException>(() => run.SetValues(bag, new float[4]));
        Assert.Throws<ArgumentException>(() => run.SetBags(bag, [0], [0, 1]));
        Assert.Throws<ArgumentException>(() => run.SetBags(bag, [0], [0, 2, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.SetBags(bag, [3], [0, 1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.SetBags(bag, [-1], [0, 1, 1]));
        run.SetBags(bag, [2], [0, 1, 1]);
        Assert.Throws<ArgumentException>(() => run.Run(new float[5]));
        Assert.Throws<ArgumentException>(() => run.Begin(2, [0, 1, 2]));
    }

    private void AssertEqualsReference(TestLayers list, int samples, float[]? values = null)
    {
        float[] found = list.Run(Context, samples, values);
        double[] expected = list.Reference(samples, values);
        Assert.Equal(expected.Length, found.Length);
        for (int place = 0; place < found.Length; place++)
        {
            Assert.True(
                Math.Abs(expected[place] - found[place]) <= 1e-5 * (1 + Math.Abs(expected[place])),
                $"At {place} of {found.Length}: expected {expected[place]:g9}; found {found[place]:g9}.");
        }
    }
}
