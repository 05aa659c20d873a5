using Linr.Training.Data;
using Linr.Training.Torch;

namespace Linr.Training.Tests;

public sealed class LogQTests
{
    [Fact]
    public void Q_is_the_probability_of_being_among_the_candidates()
    {
        // Two targets with p = 1/2 and one even draw of four: 1 - (1/2)^2 (3/4) = 13/16.
        Assert.Equal(Math.Log(13.0 / 16), LogQ.Of(0.5, 2, 1, 4), 12);
        Assert.Equal(0, LogQ.Of(1, 3, 0, 4), 12);
    }

    [Fact]
    public void All_items_as_candidates_need_no_correction() => Assert.Equal(0, LogQ.Of(0.001, 8, 100, 100));

    [Fact]
    public void Rare_items_lose_no_digits()
        => Assert.Equal(Math.Log((512 * 1e-12) + (8_192 * 1e-9)), LogQ.Of(1e-12, 512, 8_192, 1_000_000_000), 5);

    [Fact]
    public void In_a_batch_a_rare_items_correction_is_the_batch_size_and_a_sure_ones_is_its_share()
    {
        Assert.Equal(Math.Log(512), LogQ.OfInBatch(1e-9, 512), 5);
        Assert.Equal(-Math.Log(0.5), LogQ.OfInBatch(0.5, 512), 12);
    }

    [Fact]
    public void Q_agrees_with_counting_draws()
    {
        const int rounds = 200_000;
        var random = new SplitMix(3);
        int present = 0;
        for (int round = 0; round < rounds; round++)
        {
            bool found = false;
            for (int target = 0; target < 4; target++)
            {
                found |= random.NextDouble() < 0.1;
            }

            for (int draw = 0; draw < 5; draw++)
            {
                found |= random.NextInt(20) == 7;
            }

            present += found ? 1 : 0;
        }

        Assert.Equal((double)present / rounds, Math.Exp(LogQ.Of(0.1, 4, 5, 20)), 2);
    }
}
