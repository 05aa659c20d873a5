using System.Collections.Immutable;

namespace Linr;

/// <summary>How an answer was found.</summary>
/// <param name="Engine">The engine and its instruction set, such as <c>cpu avx2</c>.</param>
/// <param name="Filter">The filter as it was understood, in its text form; empty when there was none.</param>
/// <param name="Stages">What was done, in order, with the time that it took.</param>
public sealed record Explanation(string Engine, string Filter, ImmutableArray<ExplainedStage> Stages);

/// <summary>One stage of a search.</summary>
/// <param name="Name">embed, queue (under a batcher), filter, scan, diversify or fetch.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="Detail">What it did, in words.</param>
public sealed record ExplainedStage(string Name, double Microseconds, string Detail);
