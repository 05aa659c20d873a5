using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>The answers of the finish, in device memory that the caller owns.</summary>
/// <param name="Hits">[Q][k], the first hitCounts[q] of a query in order.</param>
/// <param name="HitCounts">[Q], at most k.</param>
/// <param name="Status">[Q].</param>
public readonly record struct TopKOutput(
    DeviceSlice<ScanHit> Hits, DeviceSlice<uint> HitCounts, DeviceSlice<TopKStatus> Status);
