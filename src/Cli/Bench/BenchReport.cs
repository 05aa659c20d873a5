using Linr.Engine.Bench;

namespace Linr.Cli.Bench;

/// <summary>One run of `linr bench`.</summary>
/// <param name="InstructionSet">What the kernels ran on.</param>
/// <param name="Command">The command that made it.</param>
/// <param name="Scans">The limits and our scans.</param>
/// <param name="Peer">A peer in the same run, or null.</param>
internal sealed record BenchReport(string InstructionSet, string Command, ScanBenchResult Scans, PeerResult? Peer);
