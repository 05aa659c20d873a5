using System.CommandLine;
using System.Globalization;
using Linr.Cli.Data;
using Linr.Cli.Terminal;

namespace Linr.Cli.Commands;

/// <summary>The options of `linr query` that have a ranker order the hits.</summary>
internal static class RankOptions
{
    private static readonly Option<string?> s_rank = new("--rank")
    {
        Description = "A ranker of the model, which puts the best candidates in the order of their values.",
        HelpName = "NAME",
    };

    private static readonly Option<int?> s_candidates = new("--rank-candidates")
    {
        Description = "How many of the best are ranked; as many as the ranker says unless given.",
        HelpName = "COUNT",
    };

    private static readonly Option<string[]> s_weights = new("--weight")
    {
        Description = "The weight of a task in the value, such as click=1; the ranker's own unless given.",
        HelpName = "TASK=WEIGHT",
        AllowMultipleArgumentsPerToken = true,
    };

    public static IReadOnlyList<Option> All { get; } = [s_rank, s_candidates, s_weights];

    /// <summary>The ranking that is asked for, or null.</summary>
    /// <exception cref="ArgumentException">A weight is no number, is given twice, or there is no ranker for it.</exception>
    public static RankBy? Read(CommandContext context)
    {
        string[] weights = context.Find(s_weights) ?? [];
        int? candidates = context.Find(s_candidates);
        if (context.Find(s_rank) is { } name)
        {
            return new RankBy(name, candidates) { Weights = Weights(weights) };
        }

        string? alone = weights.Length > 0 ? s_weights.Name : candidates is not null ? s_candidates.Name : null;
        return alone is null ? null : throw new ArgumentException($"{alone}: expected {s_rank.Name} beside it; found none.");
    }

    private static Dictionary<string, double> Weights(string[] pairs)
    {
        var weights = new Dictionary<string, double>();
        foreach (string pair in pairs)
        {
            (string task, string text) = ArgumentText.Pair(s_weights.Name, "TASK=WEIGHT", pair);
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight))
            {
                throw new ArgumentException($"{s_weights.Name}: expected a number for {task}; found \"{text}\".");
            }

            if (!weights.TryAdd(task, weight))
            {
                throw new ArgumentException($"{s_weights.Name}: expected each task once; found {task} twice.");
            }
        }

        return weights;
    }
}
