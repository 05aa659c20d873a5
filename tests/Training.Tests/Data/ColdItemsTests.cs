using Linr.Formats;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests.Data;

public sealed class ColdItemsTests
{
    [Theory]
    [InlineData(InteractionOrder.File)]
    [InlineData(InteractionOrder.None)]
    public void Held_out_items_are_in_no_users_interactions_and_each_is_sought_once(InteractionOrder order)
    {
        InteractionDataset data = Planted.Data(order: order, coldShare: 0.1);
        int[] cold = [.. data.ColdInteractions.Select(one => one.Item)];
        Assert.Equal(12, cold.Length);
        Assert.Equal(cold.Distinct().Order(), cold);
        int[] counts = data.TrainingCounts();
        Assert.All(cold, item => Assert.Equal(0, counts[item]));
        for (int user = 0; user < data.UserCount; user++)
        {
            Assert.DoesNotContain(data.ItemsOf(user).ToArray(), item => cold.Contains(item));
        }

        EvaluationCase[] cases = EvaluationCase.Draw(data, HeldOut.Cold, int.MaxValue, 1);
        Assert.Equal(cold, cases.Select(one => one.Target).Order());
        Assert.All(cases, one => Assert.InRange(one.SeenCount, 1, data.ItemsOf(one.User).Length));
    }

    [Fact]
    public void The_history_of_a_held_out_item_is_what_came_before_it()
    {
        // Whatever item is drawn, it was chosen once and stands behind two others, or is the first of its user.
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(new Schema { IdKind = IdKind.Integer }, []));
        foreach (long item in new long[] { 1, 2, 3, 4 })
        {
            builder.Add(new Interaction(7L, item));
        }

        InteractionDataset data = builder.Build(InteractionOrder.File, seed: 1, coldShare: 0.25);
        long[] left = [.. data.ItemsOf(0).ToArray().Select(row => data.Catalogue.Ids[row].Integer)];
        Assert.Equal(3, left.Length);
        long held = new long[] { 1, 2, 3, 4 }.Single(item => !left.Contains(item));
        if (held == 1)
        {
            Assert.Empty(data.ColdInteractions);
            return;
        }

        ColdInteraction one = Assert.Single(data.ColdInteractions);
        Assert.Equal(held, data.Catalogue.Ids[one.Item].Integer);
        Assert.Equal(left.Count(item => item < held), one.Before);
    }

    [Fact]
    public void A_seed_draws_the_same_items_and_another_draws_others()
    {
        Assert.Equal(Drawn(3), Drawn(3));
        Assert.NotEqual(Drawn(3), Drawn(4));

        static IEnumerable<ColdInteraction> Drawn(long seed) => Planted.Data(coldShare: 0.1, seed: seed).ColdInteractions;
    }

    [Fact]
    public void Without_a_share_nothing_is_held_out_and_a_share_of_all_is_refused()
    {
        Assert.Empty(Planted.Data().ColdInteractions);
        Assert.Throws<ArgumentOutOfRangeException>(() => Planted.Data(coldShare: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Planted.Data(coldShare: double.NaN));
    }
}
