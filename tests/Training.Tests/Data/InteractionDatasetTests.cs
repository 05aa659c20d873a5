using Linr.Formats;
using Linr.Training.Data;

namespace Linr.Training.Tests.Data;

public sealed class InteractionDatasetTests
{
    [Fact]
    public void Interactions_are_sorted_by_user_and_time_ties_as_read_and_repeats_dropped()
    {
        InteractionDataset data = Build(
            null, ("b", 3, 5), ("a", 1, 9), ("a", 2, 1), ("a", 3, 9), ("a", 2, 20), ("b", 9, 2));
        Assert.Equal(InteractionOrder.Time, data.Order);
        Assert.Equal([9L, 3L], Ids(data, "b"));
        Assert.Equal([2L, 1L, 3L], Ids(data, "a"));
        Assert.Equal(5, data.InteractionCount);
        Assert.Equal(4, data.Catalogue.Count);
    }

    [Fact]
    public void Of_three_or_more_the_last_two_are_held_out()
    {
        InteractionDataset data = Build(null, ("a", 1, 1), ("a", 2, 2), ("a", 3, 3), ("b", 1, 1), ("b", 2, 2));
        Assert.Equal(1, data.TrainingItemsOf(0).Length);
        Assert.Equal(2, data.TrainingItemsOf(1).Length);
        Assert.Equal(
            [2, 1, 0], [.. new long[] { 1, 2, 3 }.Select(id => data.TrainingCounts()[data.Catalogue.Find(id)])]);
    }

    [Fact]
    public void Without_times_the_order_is_the_files_or_none_when_asked()
    {
        (string, long, long?)[] rows = [("a", 5, null), ("a", 4, null), ("a", 6, null), ("a", 1, null), ("a", 2, null)];
        Assert.Equal([5L, 4L, 6L, 1L, 2L], Ids(Build(null, rows), "a"));
        InteractionDataset data = Build(InteractionOrder.None, rows);
        Assert.Equal(InteractionOrder.None, data.Order);
        Assert.Equal(Ids(data, "a"), Ids(Build(InteractionOrder.None, rows), "a"));
        Assert.Equal([1L, 2L, 4L, 5L, 6L], Ids(data, "a").Order());
        Assert.Throws<ArgumentException>(() => Build(InteractionOrder.Time, rows));
    }

    [Fact]
    public void Every_interaction_knows_its_user()
    {
        InteractionDataset data = Planted.Data();
        for (int user = 0; user < data.UserCount; user++)
        {
            for (int position = 0; position < data.ItemsOf(user).Length; position++)
            {
                Assert.Equal(user, data.UserOf(data.StartOf(user) + position));
            }
        }
    }

    private static InteractionDataset Build(InteractionOrder? order, params (string User, long Item, long? Time)[] rows)
    {
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(new Schema { IdKind = IdKind.Integer }, []));
        foreach ((string user, long item, long? time) in rows)
        {
            builder.Add(new Interaction(user, item, time));
        }

        return builder.Build(order);
    }

    private static long[] Ids(InteractionDataset data, string user)
        => [.. data.ItemsOf(data.Users.ToList().IndexOf(user)).ToArray().Select(
            row => data.Catalogue.Ids[row].Integer)];
}
