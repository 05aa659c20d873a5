using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>Evaluates systems side by side: every unseen item ranked for every user, intervals by bootstrap.</summary>
public static class Evaluator
{
    /// <summary>The slice of all users.</summary>
    public const string AllUsers = "all";

    /// <summary>The two baselines: popularity and the item-item cosine.</summary>
    public static IScorer[] Baselines(InteractionDataset data)
        => [new PopularityScorer(data), new ItemCosineScorer(data)];

    /// <summary>The baselines for items that training never sees; but for the first, they know nothing of them.</summary>
    public static IScorer[] ColdBaselines(InteractionDataset data)
        => [new ContentScorer(data), .. Baselines(data)];

    /// <summary>Ranks for the held-out interactions of <paramref name="data"/>.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="systems">The systems; the first is compared with each of the others.</param>
    /// <param name="options">Which users, which slices.</param>
    /// <exception cref="ArgumentException">There is no system, or no user with enough interactions.</exception>
    public static EvaluationReport Run(
        InteractionDataset data, IReadOnlyList<IScorer> systems, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(systems);
        options ??= new EvaluationOptions();
        EvaluationCase[] cases = EvaluationCase.Draw(data, options.HeldOut, options.UsersMax, options.Seed);
        if (systems.Count == 0 || cases.Length == 0)
        {
            throw new ArgumentException(
                $"Expected systems and {(options.HeldOut == HeldOut.Cold ? "items held out altogether" : $"users with {InteractionDataset.HeldOutMin} or more interactions")}; "
                + $"found {systems.Count} and {cases.Length}.");
        }

        Slice[] slices = options.HeldOut == HeldOut.Cold
            ? ColdSlices(data, systems, cases)
            : PopularitySlices(data, systems, cases, options.PopularItems);
        return new EvaluationReport
        {
            Split = SplitText(data.Order, options.HeldOut),
            Users = cases.Length,
            Items = data.Catalogue.Count,
            Results =
            [
                .. from slice in slices
                   from system in Enumerable.Range(0, systems.Count)
                   select Result(systems[system].Name, slice, slice.Ranked[system], options.Seed),
            ],
            Differences =
            [
                .. from slice in slices
                   from other in Enumerable.Range(1, systems.Count - 1)
                   select Difference(systems[0].Name, systems[other].Name, slice, other, options.Seed),
            ],
        };
    }

    private static Slice[] PopularitySlices(
        InteractionDataset data, IReadOnlyList<IScorer> systems, EvaluationCase[] cases, int popularItems)
    {
        var ranked = systems.Select(system => Ranking.Run(data, cases, system)).ToArray();
        int[] popular = Popular(data, popularItems);
        int[] others =
        [
            .. Enumerable.Range(0, cases.Length).Where(one => Array.BinarySearch(popular, cases[one].Target) < 0),
        ];
        return
        [
            new(AllUsers, [.. Enumerable.Range(0, cases.Length)], ranked, data.Catalogue.Count),
            new($"outside the {popularItems} most popular", others, ranked, data.Catalogue.Count),
        ];
    }

    private static Slice[] ColdSlices(
        InteractionDataset data, IReadOnlyList<IScorer> systems, EvaluationCase[] cases)
    {
        bool[] isCold = Array.ConvertAll(data.TrainingCounts(), count => count == 0);
        int coldItems = isCold.Count(item => item);
        int[] all = [.. Enumerable.Range(0, cases.Length)];
        return
        [
            new(
                "among all items",
                all,
                [.. systems.Select(system => Ranking.Run(data, cases, system))],
                data.Catalogue.Count),
            new(
                "among the items never trained on",
                all,
                [.. systems.Select(system => Ranking.Run(data, cases, system, isCold))],
                coldItems),
        ];
    }

    internal static string SplitText(InteractionOrder order, HeldOut heldOut)
    {
        if (heldOut == HeldOut.Cold)
        {
            return "one interaction of each of a share of the items, drawn by a seed, which training never saw";
        }

        string which = heldOut == HeldOut.Test ? "last" : "second last";
        return order switch
        {
            InteractionOrder.Time => $"{which} interaction of each user, by time",
            InteractionOrder.File => $"{which} interaction of each user, by the order of the file",
            _ => "one interaction of each user, drawn at random by a seed (the data have no order)",
        };
    }

    /// <summary>The items that most interactions are trained on, in ascending order of rows.</summary>
    internal static int[] Popular(InteractionDataset data, int count)
    {
        int[] counts = data.TrainingCounts();
        int[] rows =
        [
            .. Enumerable.Range(0, counts.Length).OrderByDescending(row => counts[row]).ThenBy(row => row).Take(count),
        ];
        Array.Sort(rows);
        return rows;
    }

    private static SystemResult Result(
        string name, Slice slice, (UserResult[] Results, int Covered) ranked, long seed)
    {
        Interval Over(Func<UserResult, double> metric)
            => Bootstrap.Mean(Array.ConvertAll(slice.Cases, one => metric(ranked.Results[one])), seed);

        return new SystemResult(
            name,
            slice.Name,
            slice.Cases.Length,
            Over(result => result.HitAt(10)),
            Over(result => result.HitAt(50)),
            Over(result => result.HitAt(200)),
            Over(result => result.HitAt(400)),
            Over(result => result.DiscountedGainAt(10)),
            Over(result => result.ReciprocalRank),
            (double)ranked.Covered / slice.Items);
    }

    private static SystemDifference Difference(
        string name, string against, Slice slice, int place, long seed)
    {
        UserResult[] own = slice.Ranked[0].Results;
        UserResult[] other = slice.Ranked[place].Results;
        Interval Over(Func<UserResult, double> metric)
            => Bootstrap.Mean(Array.ConvertAll(slice.Cases, one => metric(own[one]) - metric(other[one])), seed);

        return new SystemDifference(
            name, against, slice.Name, Over(result => result.HitAt(10)), Over(result => result.DiscountedGainAt(10)));
    }

    // Cases of all that were ranked, what each system made of them, and how many items it ranked.
    private sealed record Slice(string Name, int[] Cases, (UserResult[] Results, int Covered)[] Ranked, int Items);
}
