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
        Description = "Scores codes, then the rows of the best KEEP items, such as 1% or 5000; "
            + "the answer is approximate.",
        HelpName = "KEEP",
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

    public static IReadOnlyList<Option> All { get; } = [s_codesOnly, s_rescore, s_asymmetric, CheckExact];

    /// <summary>What they ask for; null for the exact answer.</summary>
    /// <exception cref="ArgumentException">They do not fit each other.</exception>
    public static Approximation? Read(CommandContext context)
    {
        bool codesOnly = context.Get(s_codesOnly);
        string? keep = context.Find(s_rescore);
        bool isAsymmetric = context.Get(s_asymmetric);
        if (codesOnly && keep is not null)
        {
            throw new ArgumentException($"Expected one of {s_codesOnly.Name} and {s_rescore.Name}; found both.");
        }

        if (!codesOnly && keep is null)
        {
            return isAsymmetric
                ? throw new ArgumentException(
                    $"{s_asymmetric.Name}: expected {s_codesOnly.Name} or {s_rescore.Name} too; found neither.")
                : null;
        }

        Approximation approximation = new() { Rescores = !codesOnly, IsAsymmetric = isAsymmetric };
        return keep is null ? approximation : Keep(approximation, keep);
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
