namespace Linr.Kernels.Tests;

public sealed class Int8RowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(129)]
    public void Components_are_off_by_half_a_step_at_most(int dim)
    {
        Random random = new(dim);
        foreach (float size in (float[])[1e-6f, 0.01f, 1, 300, 60_000])
        {
            float[] row = [.. Enumerable.Range(0, dim).Select(_ => (random.NextSingle() - 0.5f) * size)];
            var values = new sbyte[dim];
            float scale = (float)Int8Rows.Round(row, values);
            var wide = new float[dim];
            Int8Rows.Widen(values, (Half)scale, wide);
            for (int d = 0; d < dim; d++)
            {
                Assert.Equal((double)values[d] * scale, wide[d]);
                Assert.InRange(Math.Abs((double)row[d] - wide[d]), 0, 0.5000001 * scale);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(256)]
    public void Directions_have_norm_1_and_their_largest_component_127(int dim)
    {
        Random random = new(dim);
        foreach (float size in (float[])[1e-30f, 1, 1e5f])
        {
            float[] row = [.. Enumerable.Range(0, dim).Select(_ => (random.NextSingle() - 0.5f) * size)];
            var values = new sbyte[dim];
            Half scale = Int8Rows.RoundDirection(row, values);
            var wide = new float[dim];
            Int8Rows.Widen(values, scale, wide);
            Assert.InRange(Math.Sqrt(CanonicalScore.DotReference(wide, wide)), 1 - (1 / 1024.0), 1 + (1 / 1024.0));
            Assert.Equal(127, values.Max(value => Math.Abs((int)value)));
            double cosine = CanonicalScore.DotReference(row, wide)
                / Math.Sqrt(CanonicalScore.DotReference(row, row) * CanonicalScore.DotReference(wide, wide));
            Assert.InRange(cosine, 0.9998, 1.0000001);
        }
    }

    [Fact]
    public void Zeros_stay_zeros_and_ties_go_to_even()
    {
        var values = new sbyte[3];
        Assert.Equal((Half)0, Int8Rows.Round([0, -0f, 0], values));
        Assert.Equal((Half)0, Int8Rows.RoundDirection([0, -0f, 0], values));
        Assert.Equal([0, 0, 0], values);
        Assert.Equal((Half)1, Int8Rows.Round([127, 2.5f, -3.5f], values));
        Assert.Equal([127, 2, -4], values);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var values = new sbyte[1];
        Assert.Throws<ArgumentOutOfRangeException>(() => Int8Rows.Round([9e6f], values));
        Assert.Throws<ArgumentOutOfRangeException>(() => Int8Rows.Round([float.NaN], values));
        Assert.Throws<ArgumentOutOfRangeException>(() => Int8Rows.RoundDirection([float.PositiveInfinity], values));
        Assert.Throws<ArgumentException>(() => Int8Rows.Round([1, 2], values));
        Assert.Equal(Half.MaxValue, Int8Rows.Round([Int8Rows.ComponentMax], values));
        Assert.Equal(127, values[0]);
    }
}
