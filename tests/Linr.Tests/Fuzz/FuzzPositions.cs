using Linr.Filters;

namespace Linr.Tests.Fuzz;

/// <summary>Whether an error says a place that there is.</summary>
internal static class FuzzPositions
{
    /// <summary>Checks all problems of a filter.</summary>
    /// <exception cref="FuzzFailureException">A place is beyond the end.</exception>
    public static void Check(FilterException error, int length)
    {
        foreach (FilterProblem problem in error.Problems)
        {
            if (problem.Position.Offset < 0 || problem.Position.Offset > length)
            {
                throw new FuzzFailureException($"a problem at {problem.Position.Offset} of {length}: {problem}");
            }
        }
    }
}
