using CsCheck;

namespace Linr.Kernels.Tests.Select;

public sealed class TopCutTests
{
    private static readonly Gen<float> s_nonZero = Gen.Float.Where(value => float.IsFinite(value) && value != 0);

    private static readonly Gen<ulong[]> s_words =
        Gen.OneOf(
            Gen.Float[-1, 1],
            Gen.Float[1, 1.0001f],
            Gen.Float.Where(float.IsFinite),
            Gen.Int[0, 3].Select(level => (float)level))
        .Select(Gen.UInt, ScoredRow.Pack)
        .Array[1, 300];

    [Fact]
    public void Without_slack_the_count_th_best_score_and_better_reach_it()
        => Gen.Select(s_words, Gen.Double[0, 1]).Sample((words, share) =>
        {
            int count = 1 + (int)(share * (words.Length - 1));
            float best = TopCut.Reference(words, count);
            float cut = TopCut.Find(words, count, 0);
            Assert.All(words, word => Assert.Equal(ScoredRow.Score(word) >= best, ScoredRow.Score(word) >= cut));
        });

    [Fact]
    public void With_slack_enough_words_reach_it_and_few_more()
        => Gen.Select(s_words, Gen.Double[0, 1], Gen.Int[0, 50]).Sample((words, share, slack) =>
        {
            int count = 1 + (int)(share * (words.Length - 1));
            float cut = TopCut.Find(words, count, slack);
            int reaching = words.Count(word => ScoredRow.Score(word) >= cut);
            int equal = words.Count(word => ScoredRow.Score(word) == TopCut.Reference(words, count));
            Assert.InRange(reaching, count, count + Math.Max(slack, equal));
        });

    [Fact]
    public void Words_are_ordered_as_their_scores_and_keep_score_and_row()
        => Gen.Select(s_nonZero, s_nonZero, Gen.UInt).Sample((first, second, row) =>
        {
            ulong word = ScoredRow.Pack(first, row);
            Assert.Equal((first, row), (ScoredRow.Score(word), ScoredRow.Row(word)));
            Assert.Equal(first < second, word >> 32 < ScoredRow.Pack(second, row) >> 32);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void A_count_outside_the_list_is_refused(int count)
        => Assert.Throws<ArgumentOutOfRangeException>(() => TopCut.Find(new ulong[3], count, 0));
}
