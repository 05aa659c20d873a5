using System.Collections.Immutable;

namespace Linr.Training.Evaluation.Comparison;

/// <summary>How models are compared.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The greatest of <see cref="At"/>.</summary>
    public const int AtMax = 1_000_000;

    /// <summary>Which interaction is to be found.</summary>
    public HeldOut HeldOut { get; init; } = HeldOut.Test;

    /// <summary>Users at most; drawn by the seed where there are more.</summary>
    public int UsersMax { get; init; } = new EvaluationOptions().UsersMax;

    /// <summary>The hit rates to report, HR@k for each k, ascending.</summary>
    public ImmutableArray<int> At { get; init; } = [10, 50, 200];

    /// <summary>Items that count as popular for the slice of the others.</summary>
    public int PopularItems { get; init; } = new EvaluationOptions().PopularItems;

    /// <summary>A query is cold that has so many items in its history at most.</summary>
    public int ColdHistory { get; init; } = 5;

    /// <summary>An item is cold that has so many training interactions at most.</summary>
    public int ColdInteractions { get; init; } = 5;

    /// <summary>Slices by filter: targets that pass, among all items and among those that pass.</summary>
    public ImmutableArray<FilterSlice> Filters { get; init; } = [];

    /// <summary>Draws users and resamples.</summary>
    public long Seed { get; init; } = 1;

    /// <exception cref="ArgumentException">Something is wrong; all of it is named.</exception>
    internal void Validate()
    {
        var problems = new List<string>();
        if (At.IsDefaultOrEmpty || At.Any(k => k is < 1 or > AtMax) || !At.Order().Distinct().SequenceEqual(At))
        {
            string found = At.IsDefault ? "none" : string.Join(", ", At);
            problems.Add($"At: expected numbers from 1 to {AtMax}, ascending; found {found}.");
        }

        Check(nameof(UsersMax), UsersMax, 1);
        Check(nameof(PopularItems), PopularItems, 0);
        Check(nameof(ColdHistory), ColdHistory, 0);
        Check(nameof(ColdInteractions), ColdInteractions, 0);
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems));
        }

        void Check(string name, int value, int least)
        {
            if (value < least)
            {
                problems.Add($"{name}: expected {least} or more; found {value}.");
            }
        }
    }
}
