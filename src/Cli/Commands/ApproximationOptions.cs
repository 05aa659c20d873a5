using System.CommandLine;
using System.Globalization;
using Linr.Cli.Terminal;

namespace Linr.Cli.Commands;

/// <summary>How a search may use codes instead of rows.</summary>
internal static class ApproximationOptions
{
    private static readonly Option<bool> s_codesOnly = new("--codes-only")
    {
        Description = "Scores codes instead of rows; the answer is approximate.",
    };

    private static readonly Option<string?> s_rescore = new("--rescore")
    {
        Description = "Scores codes, or the copy of the rows, then the rows of the best KEEP items, such as 1% or 5000; "
            + "the answer is approximate.",
        HelpName = "KEEP",
    };

    private static readonly Option<bool> s_copyOnly = new("--copy-only")
    {
        Description = "Scores the smaller copy of the rows instead of these; the answer is approximate.",
    };

    private static readonly Option<ScoreSource?> s_by = new("--by")
    {
        Description = "What --rescore scores first: Codes, or the Copy of the rows; codes where there are some.",
        HelpName = "Codes|Copy",
    };

    private static readonly Option<ScoreSource> s_from = new("--rescore-from")
    {
        Description = "What the best by their codes are scored from: their Rows, or their Copy.",
        HelpName = "Rows|Copy",
        DefaultValueFactory = _ => ScoreSource.Rows,
    };

    private static readonly Option<bool> s_asymmetric = new("--asymmetric")
    {
        Description = "The query keeps eight bits a sum where codes keep one: better, and more work.",
    };

    /// <summary>Whether the exact answer is found too.</summary>
    public static Option<bool> CheckExact { get; } = new("--check-exact")
    {
        Description = "Finds the exact answer too, and says how much of it the approximate one has.",
    };

    public static IReadOnlyList<Option> All { get; } =
        [s_codesOnly, s_copyOnly, s_rescore, s_by, s_from, s_asymmetric, CheckExact];

    /// <summary>What they ask for; null for the exact answer.</summary>
    /// <exception cref="ArgumentException">They do not fit each other.</exception>
    public static Approximation? Read(CommandContext context)
    {
        bool codesOnly = context.Get(s_codesOnly);
        bool copyOnly = context.Get(s_copyOnly);
        string? keep = context.Find(s_rescore);
        bool isAsymmetric = context.Get(s_asymmetric);
        string[] ways =
        [
            .. Given(codesOnly, s_codesOnly), .. Given(copyOnly, s_copyOnly), .. Given(keep is not null, s_rescore),
        ];
        if (ways.Length > 1)
        {
            throw new ArgumentException($"Expected one of {string.Join(" and ", ways)}; found {ways.Length}.");
        }

        RequireWay(keep is not null, s_by, context.Find(s_by) is not null);
        RequireWay(keep is not null, s_from, context.Get(s_from) != ScoreSource.Rows);
        RequireWay(keep is not null || codesOnly, s_asymmetric, isAsymmetric);
        if (ways.Length == 0)
        {
            return null;
        }

        Approximation approximation = new()
        {
            By = codesOnly ? ScoreSource.Codes : copyOnly ? ScoreSource.Copy : context.Find(s_by),
            Rescores = keep is not null,
            RescoresFrom = context.Get(s_from),
            IsAsymmetric = isAsymmetric,
        };
        return keep is null ? approximation : Keep(approximation, keep);
    }

    private static IEnumerable<string> Given(bool isGiven, Option option) => isGiven ? [option.Name] : [];

    private static void RequireWay(bool hasWay, Option option, bool isGiven)
    {
        if (isGiven && !hasWay)
        {
            throw new ArgumentException(
                option == s_asymmetric
                    ? $"{option.Name}: expected {s_codesOnly.Name} or {s_rescore.Name} too; found neither."
                    : $"{option.Name}: expected {s_rescore.Name} too; found none.");
        }
    }

    private static Approximation Keep(Approximation approximation, string keep)
        => keep.EndsWith('%')
            && double.TryParse(keep[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double percent)
                ? approximation with { KeepShare = percent / 100 }
            : int.TryParse(keep, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                ? approximation with { KeepCount = count }
            : throw new ArgumentException(
                $"{s_rescore.Name}: expected a share such as 1%, or a number of items; found \"{keep}\".");
}
