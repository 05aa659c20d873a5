using CsCheck;

namespace Linr.Kernels.Tests.Select;

public sealed unsafe class LevelCountsTests
{
    private static readonly Gen<ulong[]> s_words =
        Gen.OneOf(Gen.Float[-1, 1], Gen.Float[1, 1.0001f], Gen.Int[0, 3].Select(level => (float)level))
            .Select(Gen.UInt, ScoredRow.Pack)
            .Array[1, 600];

    [Fact]
    public void The_cut_never_passes_the_k_th_best_and_comes_within_a_level()
        => Gen.Select(s_words, Gen.Double[0, 1], Gen.Int[1, 90]).Sample((words, share, step) =>
        {
            int k = 1 + (int)(share * (words.Length - 1));
            float lowest = words.Min(ScoredRow.Score);
            int* counts = stackalloc int[LevelCounts.LevelCount];
            LevelCounts levels = new(counts);
            levels.Start(words, lowest);
            for (int i = 0; i < words.Length; i += step)
            {
                float before = levels.Cut;
                bool isRaised = levels.Add(words.AsSpan(i, Math.Min(step, words.Length - i)), k);
                Assert.Equal(isRaised, levels.Cut > before);
                int seen = Math.Min(words.Length, i + step);
                float best = seen < k ? lowest : TopCut.Reference(words.AsSpan(0, seen), k);
                Assert.True(levels.Cut <= best);
            }

            uint range = Ordered(words.Max(ScoredRow.Score)) - Ordered(lowest);
            uint gap = Ordered(TopCut.Reference(words, k)) - Ordered(levels.Cut);
            Assert.InRange(gap, 0u, (range / (LevelCounts.LevelCount / 2)) + 1);
        });

    [Fact]
    public void Words_below_the_base_and_above_the_best_are_taken()
    {
        int* counts = stackalloc int[LevelCounts.LevelCount];
        LevelCounts levels = new(counts);
        levels.Start([ScoredRow.Pack(1, 0), ScoredRow.Pack(2, 1)], 1);
        Assert.False(levels.Add([ScoredRow.Pack(-5, 2), ScoredRow.Pack(0.5f, 3)], 1));
        Assert.True(levels.Add([ScoredRow.Pack(1e30f, 4), ScoredRow.Pack(1.5f, 5)], 1));
        Assert.InRange(levels.Cut, 2, 4);
    }

    private static uint Ordered(float score) => (uint)(ScoredRow.Pack(score, 0) >> 32);
}
