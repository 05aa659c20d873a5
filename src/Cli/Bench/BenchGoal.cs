namespace Linr.Cli.Bench;

/// <summary>A figure to reach, and the figure of a run.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Unit">The unit of both figures: "%" or "x".</param>
/// <param name="Goal">The figure to reach.</param>
/// <param name="Found">The figure of the run; of several searches, the worst.</param>
/// <param name="IsMost">Whether the figure should be at most the goal; else at least.</param>
internal sealed record BenchGoal(string Name, string Unit, double Goal, double Found, bool IsMost)
{
    /// <summary>Whether this run reached it.</summary>
    public bool Reached => IsMost ? Found <= Goal : Found >= Goal;
}
