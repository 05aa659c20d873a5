using CsCheck;

namespace Linr.Kernels.Tests;

public sealed class CanonicalScoreTests
{
    private static readonly Gen<(float[] Query, float[] Row)> s_pairs =
        from dim in Gen.Int[1, 257]
        from query in Gen.Float[-1e18f, 1e18f].Array[dim]
        from row in Gen.Float[-2, 2].Array[dim]
        select (query, row);

    [Fact]
    public void Dot_has_the_reference_bits()
        => s_pairs.Sample((query, row) =>
            Assert.Equal(Bits(CanonicalScore.DotReference(query, row)), Bits(CanonicalScore.Dot(query, row))));

    [Fact]
    public void Squared_distance_has_the_reference_bits()
        => s_pairs.Sample((query, row) => Assert.Equal(
            Bits(CanonicalScore.SquaredDistanceReference(query, row)),
            Bits(CanonicalScore.SquaredDistance(query, row))));

    [Fact]
    public void Lanes_are_added_in_the_stated_order()
    {
        float[] query = [1e30f, 1, -1e30f, 1, 1, 1, 1, 1, 1];
        float[] ones = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        Assert.Equal(4, CanonicalScore.Dot(query, ones));
    }

    [Fact]
    public void Cosine_of_a_zero_vector_is_zero()
    {
        Assert.Equal(0, CanonicalScore.Cosine(0, 0, 4));
        Assert.Equal(0, CanonicalScore.Cosine(0, 4, 0));
        Assert.Equal(0.5, CanonicalScore.Cosine(3, 4, 9));
    }

    [Fact]
    public void Minus_zero_becomes_zero()
        => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(CanonicalScore.Round(-0.0)));

    [Fact]
    public void Different_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => CanonicalScore.Dot([1f], [1f, 2f]));
        Assert.Throws<ArgumentException>(() => CanonicalScore.SquaredDistance([1f], [1f, 2f]));
    }

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
