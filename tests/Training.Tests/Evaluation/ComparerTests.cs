using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Evaluation.Comparison;

namespace Linr.Training.Tests.Evaluation;

/// <summary>Comparisons of planted models, of which it is known what is better.</summary>
public sealed class ComparerTests
{
    private static readonly InteractionDataset s_data = Planted.Data();

    [Fact]
    public void The_better_model_wins_with_its_whole_interval()
    {
        ComparisonReport report = Comparer.Run(s_data, [Model("worse", Noise), Model("better", OfGroup)]);
        Assert.Equal(["HR@10", "HR@50", "HR@200", "nDCG@10", "MRR"], report.Metrics);
        ComparisonSlice all = report.Slices[0];
        Assert.Equal(("all", s_data.UserCount, 120), (all.Name, all.Users, all.Items));
        ComparedDifference difference = Assert.Single(all.Differences);
        Assert.Equal(
            ("better", "towers", "worse", "towers"),
            (difference.Model, difference.System, difference.AgainstModel, difference.AgainstSystem));
        foreach (string metric in (string[])["HR@10", "nDCG@10", "MRR"])
        {
            Interval interval = difference.Metrics[metric];
            Assert.True(interval.IsAboveZero, $"{metric}: {interval}");
            Assert.Equal(all.Results[1].Metrics[metric].Mean - all.Results[0].Metrics[metric].Mean, interval.Mean, 12);
        }

        // Swapped, the difference is the same with the other sign.
        Interval swapped = Comparer.Run(s_data, [Model("better", OfGroup), Model("worse", Noise)])
            .Slices[0].Differences[0].Metrics["MRR"];
        Assert.Equal(-difference.Metrics["MRR"].Mean, swapped.Mean, 12);
        Assert.True(swapped.High < 0);
    }

    [Fact]
    public void Equal_models_differ_by_exactly_nothing()
    {
        ComparisonReport report = Comparer.Run(s_data, [Model("a", Noise), Model("b", Noise), Model("c", Noise)]);
        Assert.All(
            report.Slices.SelectMany(slice => slice.Differences).SelectMany(one => one.Metrics.Values),
            interval => Assert.Equal(default, interval));
        Assert.Equal(2, report.Slices[0].Differences.Count);
    }

    [Fact]
    public void Metrics_and_coverage_are_those_of_an_evaluation()
    {
        SystemResult expected = Evaluator.Run(s_data, [new Planned("towers", Noise)]).Results[0];
        ComparedResult found = Comparer.Run(s_data, [Model("a", Noise), Model("b", OfGroup)]).Slices[0].Results[0];
        Assert.Equal(expected.HitRate10, found.Metrics["HR@10"]);
        Assert.Equal(expected.HitRate50, found.Metrics["HR@50"]);
        Assert.Equal(expected.HitRate200, found.Metrics["HR@200"]);
        Assert.Equal(expected.DiscountedGain10, found.Metrics["nDCG@10"]);
        Assert.Equal(expected.ReciprocalRank, found.Metrics["MRR"]);
        Assert.Equal(expected.Coverage, found.Coverage);
    }

    [Fact]
    public void Slices_are_of_cold_items_cold_queries_and_filters()
    {
        bool[] passes = [.. s_data.Catalogue.Ids.Select(id => id.Integer % 4 == 0)];
        var options = new ComparisonOptions
        {
            At = [1, 5],
            ColdHistory = 6,
            ColdInteractions = 12,
            PopularItems = 30,
            Filters = [new FilterSlice("fourth", passes)],
        };
        ComparisonReport report = Comparer.Run(s_data, [Model("a", Noise), Model("b", OfGroup)], options);
        EvaluationCase[] cases = EvaluationCase.Draw(s_data, HeldOut.Test, int.MaxValue, 1);
        int[] counts = s_data.TrainingCounts();
        (string, int, int)[] expected =
        [
            ("all", 240, 120),
            ("outside the 30 most popular", report.Slices[1].Users, 120),
            ("cold items, 12 interactions at most", cases.Count(one => counts[one.Target] <= 12), 120),
            ("cold queries, 6 items at most", cases.Count(one => one.SeenCount <= 6), 120),
            ("fourth", cases.Count(one => passes[one.Target]), 120),
            ("fourth, among those that pass", cases.Count(one => passes[one.Target]), 30),
        ];
        Assert.Equal(expected, report.Slices.Select(slice => (slice.Name, slice.Users, slice.Items)));
        Assert.InRange(report.Slices[2].Users, 1, 239);

        // Fewer items to rank: every rank is as good or better.
        foreach ((ComparedResult wide, ComparedResult narrow) in report.Slices[4].Results.Zip(report.Slices[5].Results))
        {
            Assert.True(narrow.Metrics["MRR"].Mean > wide.Metrics["MRR"].Mean);
            Assert.InRange(narrow.Coverage, 0.01, 1);
        }

        // Every query has seven items, so that there is no cold one.
        Assert.Equal(0, report.Slices[3].Users);
        Assert.Empty(report.Slices[3].Results);
    }

    [Fact]
    public void Only_items_that_all_models_have_are_ranked_and_users_of_others_are_left_out()
    {
        bool[] even = [.. s_data.Catalogue.Ids.Select(id => id.Integer % 2 == 0)];
        ComparisonReport report = Comparer.Run(
            s_data, [Model("a", Noise), Model("b", Noise) with { HasItem = even }]);
        int known = EvaluationCase.Draw(s_data, HeldOut.Test, int.MaxValue, 1).Count(one => even[one.Target]);
        Assert.Equal((known, 240 - known, 60, 120), (report.Users, report.UsersLeftOut, report.Items, report.ItemsOfData));
        Assert.Equal([120, 60], report.Models.Select(model => model.Items));
        Assert.All(report.Slices[0].Differences[0].Metrics.Values, interval => Assert.Equal(default, interval));
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Comparer.Run(s_data, [Model("a", Noise), Model("b", Noise) with { HasItem = new bool[120] }]));
        Assert.Contains("0 items that all models have", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_system_is_compared_with_its_namesake_of_the_first_model()
    {
        ComparedModel first = Two("a", Noise, OfGroup);
        ComparedModel second = Two("b", Noise, OfGroup);
        IReadOnlyList<ComparedDifference> differences = Comparer.Run(s_data, [first, second]).Slices[0].Differences;
        Assert.Equal([("towers", "towers"), ("hadamard", "hadamard")], differences.Select(one => (one.System, one.AgainstSystem)));
        Assert.All(differences.SelectMany(one => one.Metrics.Values), interval => Assert.Equal(default, interval));
        differences = Comparer.Run(s_data, [Model("a", Noise), second]).Slices[0].Differences;
        Assert.Equal([("towers", "towers"), ("hadamard", "towers")], differences.Select(one => (one.System, one.AgainstSystem)));
    }

    [Fact]
    public void Wrong_models_and_options_are_named()
    {
        Assert.Contains("found a.", Error([Model("a", Noise)]), StringComparison.Ordinal);
        Assert.Contains("found a, a.", Error([Model("a", Noise), Model("a", Noise)]), StringComparison.Ordinal);
        string problems = Error(
            [Model("a", Noise), Model("b", Noise)], new ComparisonOptions { At = [10, 5], UsersMax = 0, ColdHistory = -1 });
        Assert.Contains("At: expected numbers from 1 to 1000000, ascending; found 10, 5.", problems, StringComparison.Ordinal);
        Assert.Contains("UsersMax: expected 1 or more; found 0.", problems, StringComparison.Ordinal);
        Assert.Contains("ColdHistory: expected 0 or more; found -1.", problems, StringComparison.Ordinal);

        static string Error(ComparedModel[] models, ComparisonOptions? options = null)
            => Assert.Throws<ArgumentException>(() => Comparer.Run(s_data, models, options)).Message;
    }

    [Fact]
    public void It_tells_how_far_it_is_and_can_be_cancelled()
    {
        var seen = new List<ComparisonProgress>();
        Comparer.Run(s_data, [Model("a", Noise), Model("b", Noise)], progress: seen.Add);
        Assert.Equal(480, seen.Max(one => one.Done));
        Assert.Contains(seen, one => one.Doing == "ranking by b, towers");
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Comparer.Run(
            s_data, [Model("a", Noise), Model("b", Noise)], progress: _ => source.Cancel(), cancellation: source.Token));
    }

    private static float Noise(int user, int item) => new SplitMix((user * 1_000L) + item).NextInt(1_000);

    // Items of the user's group first.
    private static float OfGroup(int user, int item)
        => Noise(user, item) + ((item + 1) % Planted.Groups == user % Planted.Groups ? 1_000 : 0);

    private static ComparedModel Model(string name, Func<int, int, float> score)
        => new(name, [new ComparedSystem(new Planned("towers", score), "planned")]);

    private static ComparedModel Two(string name, Func<int, int, float> towers, Func<int, int, float> hadamard) => new(
        name,
        [
            new ComparedSystem(new Planned("towers", towers), "planned"),
            new ComparedSystem(new Planned("hadamard", hadamard), "planned"),
        ]);

    /// <summary>A scorer whose scores are a function of user and item row.</summary>
    private sealed class Planned(string name, Func<int, int, float> score) : IScorer
    {
        public string Name => name;

        public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
        {
            for (int place = 0; place < scores.Length; place++)
            {
                EvaluationCase one = cases[place / data.Catalogue.Count];
                scores[place] = score((int)data.Users[one.User].Integer, place % data.Catalogue.Count);
            }
        }
    }
}
