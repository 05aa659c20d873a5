using Linr.Engine.Bench;

namespace Linr.Cli.Bench;

/// <summary>One run of `linr bench`.</summary>
/// <param name="Machine">What it ran on.</param>
/// <param name="Commit">The commit that the program was built from; null when it does not know.</param>
/// <param name="Command">The command that made it.</param>
/// <param name="Passes">How many passes the medians are over.</param>
/// <param name="Scans">The limits and our scans.</param>
/// <param name="Copies">Exact searches by way of a copy.</param>
/// <param name="Filters">Filters by themselves.</param>
/// <param name="Peer">A peer in the same run, or null.</param>
internal sealed record BenchReport(
    BenchMachine Machine,
    string? Commit,
    string Command,
    int Passes,
    ScanBenchResult Scans,
    IReadOnlyList<CopyFigure> Copies,
    FilterBenchResult Filters,
    PeerResult? Peer)
{
    /// <summary>What this run says about each goal.</summary>
    public IReadOnlyList<BenchGoal> Goals { get; } = BenchGoals.Of(Scans, Filters);
}
