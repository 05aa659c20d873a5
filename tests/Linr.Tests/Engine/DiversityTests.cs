using Linr.Engine.Diversity;

namespace Linr.Tests.Engine;

public sealed class DiversityTests
{
    [Fact]
    public void Relevance_alone_keeps_the_order()
        => Assert.Equal([0, 1, 2], Pick([3, 2, 1], [1, 0, 1, 0, 0, 1], lambda: 1, k: 3));

    [Fact]
    public void A_twin_of_the_first_pick_waits_for_what_is_different()
        => Assert.Equal([0, 2, 1], Pick([3, 2.9f, 1], [1, 0, 2, 0, 0, 1], lambda: 0.3f, k: 3));

    [Fact]
    public void Equal_scores_and_equal_embeddings_keep_the_order()
        => Assert.Equal([0, 1, 2], Pick([1, 1, 1], [1, 1, 1, 1, 1, 1], lambda: 0.5f, k: 3));

    [Fact]
    public void Fewer_candidates_than_asked_for_are_all_picked()
        => Assert.Equal([0], Pick([1], [0, 0], lambda: 0.5f, k: 4));

    [Fact]
    public void Nothing_to_pick_from_gives_nothing()
        => Assert.Empty(Pick([], [], lambda: 0.5f, k: 4));

    private static int[] Pick(float[] scores, float[] embeddings, float lambda, int k)
    {
        var picks = new int[k];
        int count = MaximalMarginalRelevance.Pick(scores, embeddings, dim: 2, lambda, picks);
        return picks[..count];
    }
}
