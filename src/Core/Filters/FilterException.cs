using System.Collections.Immutable;

namespace Linr.Filters;

/// <summary>
/// A filter, or a parameter given to it, is wrong: all problems that were found, each with its position.
/// </summary>
public sealed class FilterException : ArgumentException
{
    /// <summary>One problem.</summary>
    public FilterException(FilterProblem problem)
        : this([problem])
    {
    }

    /// <summary>Several problems, at least one.</summary>
    public FilterException(ImmutableArray<FilterProblem> problems)
        : base(Describe(problems)) => Problems = problems;

    /// <summary>What is wrong, in the order of the source.</summary>
    public ImmutableArray<FilterProblem> Problems { get; }

    private static string Describe(ImmutableArray<FilterProblem> problems) => problems.Length == 1
        ? $"The filter is not valid. {problems[0]}"
        : $"The filter has {problems.Length} problems.\n{string.Join('\n', problems)}";
}
