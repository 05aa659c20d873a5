using Linr.Training.Data;

namespace Linr.Training.Evaluation.Comparison;

/// <summary>
/// Compares models on the same held-out interactions: every item that all of them have is ranked for every user by each
/// of their systems, and differences to the first model have paired bootstrap intervals.
/// </summary>
public static class Comparer
{
    /// <summary>Compares models.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="models">The models, each with a name of its own; the others are compared with the first.</param>
    /// <param name="options">Which users, metrics and slices.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two models, or two of one name, or no user whose target all models have.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ComparisonReport Run(
        InteractionDataset data,
        IReadOnlyList<ComparedModel> models,
        ComparisonOptions? options = null,
        Action<ComparisonProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(models);
        options ??= new ComparisonOptions();
        options.Validate();
        Check(models);
        bool[]? common = Common(data, models);
        EvaluationCase[] drawn = EvaluationCase.Draw(data, options.HeldOut, options.UsersMax, options.Seed);
        EvaluationCase[] cases = common is null ? drawn : [.. drawn.Where(one => common[one.Target])];
        if (cases.Length == 0)
        {
            throw new ArgumentException(
                $"Expected users with a held-out item that all models have; found {drawn.Length} users with a held-out "
                + $"item, and {common?.Count(one => one) ?? data.Catalogue.Count} items that all models have.");
        }

        var slices = new Slices(data, cases, options, common);
        RankedSystem[] systems = Rank(data, models, cases, slices, progress, cancellation);
        progress?.Invoke(new ComparisonProgress("resampling users", 1, 1));
        RankMetric[] metrics = RankMetric.Of(options.At);
        return new ComparisonReport
        {
            Split = Evaluator.SplitText(data.Order, options.HeldOut),
            Users = cases.Length,
            UsersLeftOut = drawn.Length - cases.Length,
            Items = slices.ItemsOf(0),
            ItemsOfData = data.Catalogue.Count,
            Models = [.. models.Select(model => Reported(model, data.Catalogue.Count))],
            Metrics = [.. metrics.Select(metric => metric.Name)],
            Slices =
            [
                .. slices.All.Select(
                    slice => Compare(slice, slices.ItemsOf(slice.Among), systems, metrics, options.Seed)),
            ],
        };
    }

    private static void Check(IReadOnlyList<ComparedModel> models)
    {
        if (models.Count < 2 || models.Select(one => one.Name).Distinct().Count() < models.Count)
        {
            throw new ArgumentException(
                "Expected two models or more, each with a name of its own; found "
                + $"{string.Join(", ", models.Select(one => one.Name))}.",
                nameof(models));
        }

        if (models.FirstOrDefault(one => one.Systems.Count == 0) is { } empty)
        {
            throw new ArgumentException(
                $"Expected a model with something that scores; {empty.Name} has nothing.", nameof(models));
        }
    }

    // An item that one model lacks would make its ranking easier.
    private static bool[]? Common(InteractionDataset data, IReadOnlyList<ComparedModel> models)
    {
        bool[] common =
        [
            .. Enumerable.Range(0, data.Catalogue.Count)
                .Select(item => models.All(model => model.HasItem?[item] != false)),
        ];
        return common.Contains(false) ? common : null;
    }

    private static ReportedModel Reported(ComparedModel model, int items) => new(
        model.Name,
        model.HasItem?.Count(one => one) ?? items,
        [.. model.Systems.Select(system => new ReportedSystem(system.Name, system.Query))]);

    private static RankedSystem[] Rank(
        InteractionDataset data,
        IReadOnlyList<ComparedModel> models,
        EvaluationCase[] cases,
        Slices slices,
        Action<ComparisonProgress>? progress,
        CancellationToken cancellation)
    {
        var ranked = new List<RankedSystem>();
        long total = (long)cases.Length * models.Sum(model => model.Systems.Count);
        foreach (ComparedModel model in models)
        {
            foreach (ComparedSystem system in model.Systems)
            {
                long before = (long)ranked.Count * cases.Length;
                string doing = $"ranking by {model.Name}, {system.Name}";
                progress?.Invoke(new ComparisonProgress(doing, before, total));
                ranked.Add(new RankedSystem(model.Name, system.Name, Ranking.Run(
                    data,
                    cases,
                    system.Scorer,
                    slices.Sets,
                    done => progress?.Invoke(new ComparisonProgress(doing, before + done, total)),
                    cancellation)));
            }
        }

        return [.. ranked];
    }

    private static ComparisonSlice Compare(
        Slice slice, int items, RankedSystem[] systems, RankMetric[] metrics, long seed)
    {
        if (slice.Cases.Length == 0)
        {
            return new ComparisonSlice(slice.Name, 0, items, [], []);
        }

        (RankedSystem System, RankedSystem Against)[] pairs = [.. Pairs(systems)];
        Dictionary<RankedSystem, double[][]> values = systems.ToDictionary(
            system => system,
            system => Array.ConvertAll(metrics, metric => metric.Values(system.Ranked[slice.Among], slice.Cases)));
        List<double[]> all = [.. systems.SelectMany(system => values[system])];
        foreach ((RankedSystem system, RankedSystem against) in pairs)
        {
            all.AddRange(values[system].Zip(
                values[against], (left, right) => left.Zip(right, (one, other) => one - other).ToArray()));
        }

        // One draw of users for all of a slice, so that a difference is that of the same users.
        IReadOnlyDictionary<string, Interval>[] intervals =
        [
            .. Bootstrap.Means(all, seed).Chunk(metrics.Length)
                .Select(some => metrics.Zip(some).ToDictionary(one => one.First.Name, one => one.Second)),
        ];
        return new ComparisonSlice(
            slice.Name,
            slice.Cases.Length,
            items,
            [
                .. systems.Select((system, place) => new ComparedResult(
                    system.Model,
                    system.Name,
                    intervals[place],
                    system.Ranked[slice.Among].Covered(slice.Cases) / (double)Math.Max(1, items))),
            ],
            [
                .. pairs.Select((pair, place) => new ComparedDifference(
                    pair.System.Model,
                    pair.System.Name,
                    pair.Against.Model,
                    pair.Against.Name,
                    intervals[systems.Length + place])),
            ]);
    }

    /// <summary>Each system of a later model, and that of the first model of the same name, else its first.</summary>
    private static IEnumerable<(RankedSystem System, RankedSystem Against)> Pairs(RankedSystem[] systems)
    {
        RankedSystem[] first = [.. systems.Where(one => one.Model == systems[0].Model)];
        return systems.Skip(first.Length).Select(
            system => (system, first.FirstOrDefault(one => one.Name == system.Name) ?? first[0]));
    }

    /// <summary>A system and where the targets came out, [set of items].</summary>
    private sealed record RankedSystem(string Model, string Name, RankedCases[] Ranked);

    /// <summary>A number that a rank gives.</summary>
    private sealed record RankMetric(string Name, Func<UserResult, double> Value)
    {
        /// <summary>Hit rates, nDCG@10 and MRR.</summary>
        public static RankMetric[] Of(IEnumerable<int> at) =>
        [
            .. at.Select(k => new RankMetric(FormattableString.Invariant($"HR@{k}"), result => result.HitAt(k))),
            new RankMetric("nDCG@10", result => result.DiscountedGainAt(10)),
            new RankMetric("MRR", result => result.ReciprocalRank),
        ];

        public double[] Values(RankedCases ranked, int[] cases)
            => Array.ConvertAll(cases, one => Value(new UserResult(0, ranked.Rank(one))));
    }
}
