using Linr.Formats;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests.Evaluation;

public sealed class EvaluatorTests
{
    [Fact]
    public void Metrics_equal_hand_computed_ones()
    {
        var third = new UserResult(Target: 0, Rank: 3);
        Assert.Equal(0, third.HitAt(2));
        Assert.Equal(1, third.HitAt(3));
        Assert.Equal(0.5, third.DiscountedGainAt(10), 12);
        Assert.Equal(0, third.DiscountedGainAt(2));
        Assert.Equal(1.0 / 3, third.ReciprocalRank, 12);
    }

    [Fact]
    public void Seen_items_are_passed_over_and_ties_go_to_the_smaller_id()
    {
        InteractionDataset data = Data((1, [10, 11, 12, 13]));
        var flat = new FixedScorer(data.Catalogue.Count, _ => 1f);
        SystemResult result = Evaluator.Run(data, [flat]).Results[0];

        // 10, 11 and 12 were seen: 13 stands first of what is left.
        Assert.Equal(1, result.ReciprocalRank.Mean);
        Assert.Equal(0.25, result.Coverage);

        InteractionDataset two = Data((1, [10, 11, 12, 13]), (2, [1]));
        Assert.Equal(
            0.5, Evaluator.Run(two, [new FixedScorer(two.Catalogue.Count, _ => 1f)]).Results[0].ReciprocalRank.Mean);
    }

    [Fact]
    public void Popularity_counts_training_interactions_only()
    {
        InteractionDataset data = Data((1, [1, 2, 3]), (2, [1, 4]));
        float[] scores = new PopularityScorer(data).ScoreAll(data);
        Assert.Equal([2f, 0f, 0f, 1f], [.. new long[] { 1, 2, 3, 4 }.Select(id => scores[data.Catalogue.Find(id)])]);
    }

    [Fact]
    public void Item_cosine_equals_the_hand_computed_sum()
    {
        // Trained on: user 1 has 1; user 2 has 1, 5; user 3 has 2, 5; user 4 has 1, 2.
        InteractionDataset data = Data((1, [1, 2, 9]), (2, [1, 5]), (3, [2, 5]), (4, [1, 2]));
        float[] scores = new ItemCosineScorer(data).ScoreAll(data);

        // n(1) = 3, n(2) = 2, n(5) = 2; user 1 has seen 1 and 2: to 5 c(1,5) = 1 and c(2,5) = 1.
        Assert.Equal((1 / Math.Sqrt(6)) + (1 / Math.Sqrt(4)), scores[data.Catalogue.Find(5)], 6);
        Assert.Equal(0, scores[data.Catalogue.Find(9)]);
    }

    [Fact]
    public void The_report_names_the_split_and_slices_by_popularity()
    {
        InteractionDataset data = Planted.Data(order: InteractionOrder.None);
        EvaluationReport report = Evaluator.Run(
            data, Evaluator.Baselines(data), new EvaluationOptions { PopularItems = 50 });
        Assert.Contains("no order", report.Split, StringComparison.Ordinal);
        Assert.Equal(
            [Evaluator.AllUsers, "outside the 50 most popular"], report.Results.Select(one => one.Slice).Distinct());
        Assert.InRange(report.Results[2].Users, 1, report.Users - 1);
        Assert.Equal(2, report.Differences.Count);
        Assert.Contains("\"hitRate10\"", report.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Intervals_hold_the_mean_and_narrow_with_more_users()
    {
        var random = new SplitMix(9);
        double[] few = [.. Enumerable.Range(0, 100).Select(_ => random.NextDouble())];
        double[] many = [.. Enumerable.Range(0, 10_000).Select(_ => random.NextDouble())];
        Interval narrow = Bootstrap.Mean(many, 1);
        Interval wide = Bootstrap.Mean(few, 1);
        Assert.InRange(0.5, wide.Low, wide.High);

        // 1.96 standard errors of a uniform variable on each side.
        Assert.InRange((narrow.High - narrow.Low) / (2 * 1.96 / Math.Sqrt(12 * 10_000)), 0.9, 1.1);
        Assert.True(wide.High - wide.Low > 5 * (narrow.High - narrow.Low));
        Assert.Equal(new Interval(1, 1, 1), Bootstrap.Mean([1, 1, 1], 1));
    }

    private static InteractionDataset Data(params (long User, long[] Items)[] users)
    {
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(new Schema { IdKind = IdKind.Integer }, []));
        foreach ((long user, long[] items) in users)
        {
            foreach (long item in items)
            {
                builder.Add(new Interaction(user, item));
            }
        }

        return builder.Build(InteractionOrder.File);
    }

    private sealed class FixedScorer(int items, Func<int, float> score) : IScorer
    {
        public string Name => "fixed";

        public void Score(
            InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
        {
            for (int place = 0; place < scores.Length; place++)
            {
                scores[place] = score(place % items);
            }
        }
    }
}
