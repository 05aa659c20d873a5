namespace Linr.Kernels.Tests;

public sealed class RandomTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(128)]
    [InlineData(4_096)]
    public void Rows_are_centred_and_of_norm_one(int dim)
    {
        var row = new Half[dim];
        double sum = 0;
        for (long number = 0; number < 100; number++)
        {
            RandomTable.Row(3, number, row);
            Assert.InRange(Math.Sqrt(row.Sum(value => (double)value * (double)value)), 0.999, RandomTable.NormMax);
            sum += row.Sum(value => (double)value);
        }

        // A hundred rows of norm 1: their sum has a deviation of 10 whatever D is.
        Assert.InRange(sum, -40, 40);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(128)]
    public void Rows_of_whole_numbers_are_those_of_halves_rounded(int dim)
    {
        var halves = new Half[dim];
        var numbers = new sbyte[dim];
        for (long number = 0; number < 50; number++)
        {
            RandomTable.Row(3, number, halves);
            float scale = (float)RandomTable.Int8Row(3, number, numbers);
            Assert.Equal(127, numbers.Max(value => Math.Abs((int)value)));
            for (int d = 0; d < dim; d++)
            {
                Assert.InRange(numbers[d] * scale - (float)halves[d], -scale, scale);
            }
        }
    }

    [Fact]
    public void Numbers_have_the_shape_of_three_even_draws()
    {
        var row = new Half[4_096];
        RandomTable.Row(1, 0, row);
        double[] values = [.. row.Select(value => (double)value * Math.Sqrt(row.Length))];
        double fourth = values.Average(value => Math.Pow(value, 4));

        // 3 - 6/5/3: less than the 3 of a normal number, more than the 1.8 of an even one.
        Assert.InRange(fourth, 2.4, 2.8);
        Assert.InRange(values.Max(), 2.5, 3.001);
    }

    [Fact]
    public void Codes_are_all_drawn_and_about_as_often()
    {
        var counts = new int[201];
        for (long row = 0; row < 100_000; row++)
        {
            counts[RandomTable.Code(9, row, 200)]++;
        }

        Assert.Equal(0, counts[0]);
        Assert.All(counts[1..], count => Assert.InRange(count, 400, 600));
    }

    [Fact]
    public void Seeds_rows_and_places_are_drawn_apart()
    {
        var seen = new HashSet<string>();
        var row = new Half[8];
        for (ulong seed = 0; seed < 20; seed++)
        {
            for (long number = 0; number < 50; number++)
            {
                RandomTable.Row(seed, number, row);
                Assert.True(seen.Add(string.Join(' ', row)), $"Seed {seed}, row {number} was there before.");
            }
        }
    }

    [Fact]
    public void What_there_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomTable.Row(1, -1, new Half[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomTable.Code(1, -1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomTable.Code(1, 1, 0));
    }
}
