using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>What a scan hands to the finish, in device memory that the caller owns.</summary>
/// <param name="Words">[Q][capacity], the first counts[q] of a query in any order: (ordered lower bound, row).</param>
/// <param name="Counts">[Q], how many survivors there were; more than capacity: the list is too short.</param>
/// <param name="Cuts">[Q], at most the K-th best canonical score; no row below it is a hit.</param>
/// <param name="Twice">[Q], how far a canonical score may lie above its lower bound.</param>
/// <param name="Segments">The terms of the canonical score.</param>
/// <param name="Keys">[row], item keys; empty where the row is the key.</param>
public readonly record struct TopKInput(
    DeviceSlice<ulong> Words,
    DeviceSlice<uint> Counts,
    DeviceSlice<float> Cuts,
    DeviceSlice<float> Twice,
    DeviceSlice<CudaScoreSegment> Segments,
    DeviceSlice<long> Keys)
{
    /// <summary>The cap on groups, or empty; with one no two keys are equal.</summary>
    public DeviceSlice<CudaGroups> Groups { get; init; }

    /// <summary>What scores instead of <see cref="Segments"/>; null: they do.</summary>
    internal LearnedScores? Learned { get; init; }
}
