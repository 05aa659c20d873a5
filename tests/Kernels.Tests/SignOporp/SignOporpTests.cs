using System.Numerics;
using System.Numerics.Tensors;

namespace Linr.Kernels.Tests.SignOporps;

public sealed class SignOporpTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(7, 64)]
    [InlineData(64, 64)]
    [InlineData(100, 128)]
    [InlineData(128, 64)]
    [InlineData(128, 1024)]
    [InlineData(768, 256)]
    [InlineData(1000, 1024)]
    public void Each_permutation_has_every_component_once_in_bins_of_about_the_same_size(int dim, int bits)
    {
        SignOporp oporp = new(dim, bits, seed: 3);
        Assert.Equal(oporp.Repetitions * dim, oporp.Places.Length);
        for (int repetition = 0; repetition < oporp.Repetitions; repetition++)
        {
            IEnumerable<int> components = oporp.Places.Slice(repetition * dim, dim).ToArray()
                .Select(place => place < 0 ? ~place : place);
            Assert.Equal(Enumerable.Range(0, dim), components.Order());
        }

        int[] sizes = [.. Enumerable.Range(0, bits).Select(bit => oporp.BinStarts[bit + 1] - oporp.BinStarts[bit])];
        Assert.True(sizes.Min() >= (bits <= dim ? dim / bits : Math.Min(4, dim)));
        Assert.True(sizes.Max() <= (2 * sizes.Min()) + 1, $"{sizes.Min()} to {sizes.Max()}");
    }

    [Fact]
    public void Codes_never_change()
    {
        // What model files hold: another draw would make them worthless.
        SignOporp oporp = new(dim: 20, bits: 128, seed: 42);
        float[] row = [.. Enumerable.Range(0, 20).Select(i => (i * 7 % 11) - 4.5f)];
        var code = new ulong[2];
        oporp.Encode(row, code);
        Assert.Equal("031dc49e5d08611c 9da0653fcadb89ce", string.Join(' ', code.Select(word => word.ToString("x16"))));
    }

    [Fact]
    public void Another_seed_gives_other_codes_and_scale_gives_the_same()
    {
        float[] row = Row(0, 96), scaled = new float[96];
        TensorPrimitives.Multiply(row, 37.5f, scaled);
        Assert.Equal(Code(row, 1), Code(scaled, 1));
        Assert.NotEqual(Code(row, 1), Code(row, 2));

        static ulong[] Code(float[] row, ulong seed)
        {
            var code = new ulong[4];
            new SignOporp(row.Length, 256, seed).Encode(row, code);
            return code;
        }
    }

    [Theory]
    [InlineData(256)]
    [InlineData(1024)]
    public void Codes_tell_the_cosine_within_the_bound(int bits)
    {
        const int Dim = 256, Pairs = 400;
        SignOporp oporp = new(Dim, bits, seed: 9);
        double bound = SignOporp.CosineError(bits, risk: 0.05);
        int within = 0, asymmetricWithin = 0;
        for (int pair = 0; pair < Pairs; pair++)
        {
            float[] first = Row(pair, Dim), second = Row(pair + Pairs, Dim);
            TensorPrimitives.MultiplyAdd(first, pair / 100f, second, second);
            double cosine = TensorPrimitives.CosineSimilarity<float>(first, second);
            within += Math.Abs(Estimate(first, second, isAsymmetric: false) - cosine) <= bound ? 1 : 0;
            asymmetricWithin += Math.Abs(Estimate(first, second, isAsymmetric: true) - cosine) <= bound ? 1 : 0;
        }

        Assert.InRange(within, 0.95 * Pairs, Pairs);
        Assert.InRange(asymmetricWithin, 0.95 * Pairs, Pairs);

        float Estimate(float[] query, float[] row, bool isAsymmetric)
        {
            var values = new float[bits];
            var code = new ulong[bits / 64];
            oporp.EncodeQuery(query, isAsymmetric, values);
            oporp.Encode(row, code);
            float score = Enumerable.Range(0, bits)
                .Sum(bit => values[bit] * ((code[bit / 64] >> (bit % 64) & 1) == 0 ? -1 : 1));
            return SignOporp.EstimateCosine(values, score);
        }
    }

    [Fact]
    public void A_symmetric_query_is_its_own_code_and_an_asymmetric_one_rounds_its_sums()
    {
        SignOporp oporp = new(dim: 48, bits: 64, seed: 5);
        float[] row = Row(1, 48);
        var code = new ulong[1];
        var signs = new float[64];
        var numbers = new float[64];
        oporp.Encode(row, code);
        oporp.EncodeQuery(row, isAsymmetric: false, signs);
        oporp.EncodeQuery(row, isAsymmetric: true, numbers);
        for (int bit = 0; bit < 64; bit++)
        {
            Assert.Equal((code[0] >> bit & 1) == 0 ? -1 : 1, signs[bit]);
            Assert.True(numbers[bit] * signs[bit] >= 0);
            Assert.Equal(MathF.Round(numbers[bit]), numbers[bit]);
        }

        Assert.Equal(SignOporp.QueryMax, numbers.Max(MathF.Abs));
        Assert.Equal(64, BitOperations.PopCount(code[0]) + signs.Count(sign => sign < 0));
        oporp.EncodeQuery(new float[48], isAsymmetric: true, numbers);
        Assert.All(numbers, number => Assert.Equal(0, number));
        Assert.Equal(0, SignOporp.EstimateCosine(numbers, 0));
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(10, 0)]
    [InlineData(10, 32)]
    [InlineData(10, 96)]
    [InlineData(10, 1088)]
    public void Sizes_that_are_not_allowed_are_refused(int dim, int bits)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new SignOporp(dim, bits, seed: 0));

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        SignOporp oporp = new(10, 64, 0);
        Assert.Throws<ArgumentException>(() => oporp.Encode(new float[9], new ulong[1]));
        Assert.Throws<ArgumentException>(() => oporp.Encode(new float[10], new ulong[2]));
        Assert.Throws<ArgumentException>(() => oporp.EncodeQuery(new float[10], true, new float[63]));
    }

    private static float[] Row(int seed, int dim)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, dim).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1))];
    }
}
