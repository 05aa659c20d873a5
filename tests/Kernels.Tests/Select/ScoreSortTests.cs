using CsCheck;

namespace Linr.Kernels.Tests.Select;

public sealed class ScoreSortTests
{
    private static readonly Gen<ulong[]> s_words =
        from scores in Gen.OneOf(
            Gen.Float[-1, 1],
            Gen.Float[1, 1.0001f],
            Gen.Float.Where(value => !float.IsNaN(value)),
            Gen.Int[0, 3].Select(level => (float)level)).Array[0, 700]
        from firstRow in Gen.UInt
        select scores.Select((score, i) => ScoredRow.Pack(score, firstRow + (uint)i)).ToArray();

    [Fact]
    public void Scores_descend_and_no_word_is_lost()
        => s_words.Sample(words =>
        {
            ulong[] scratch = [];
            ulong[] sorted = [.. words];
            ScoreSort.Descending(sorted, ref scratch);
            Assert.Equal(words.Select(word => word >> 32).OrderDescending(), sorted.Select(word => word >> 32));
            Assert.Equal(words.Order(), sorted.Order());
        });

    [Fact]
    public void Scratch_is_kept()
    {
        ulong[] scratch = [];
        ulong[] words = [.. Enumerable.Range(0, 1000).Select(i => ScoredRow.Pack(i % 7, (uint)i))];
        ScoreSort.Descending(words, ref scratch);
        ulong[] grown = scratch;
        ScoreSort.Descending(words, ref scratch);
        Assert.Same(grown, scratch);
    }
}
